"""python3 -m ffhlib: the entry point that scripts/ffh calls."""

import sys

from ffhlib.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
