/* Exit codes of every ffihammer program. 77 is never used: CTest reads it as "skipped", libFuzzer
 * as "bug". scripts/ffhlib/exits.py says the same for Python; a lint compares the two. */
#ifndef FFH_BASE_EXIT_H
#define FFH_BASE_EXIT_H

#define FFH_EXIT_PASS 0
#define FFH_EXIT_USAGE 1
#define FFH_EXIT_FINDING 2
#define FFH_EXIT_INTERNAL 3

#endif
