#include <clang-c/Index.h>
#include <string.h>

#include "gen/compiler.h"
#include "gen/parse.h"
#include "gen/source.h"
#include "gen/types.h"

#define MAX_READINGS 8u /* each tells of the words that hid behind others */

typedef struct reader {
  ffh_source *source;
  CXFile contract;
  unsigned order;
} reader;

const ffh_proto *ffh_source_proto(const ffh_source *source, const char *name) {
  for (unsigned i = 0; i < source->n_protos; i++) {
    if (strcmp(source->protos[i]->name, name) == 0) {
      return source->protos[i];
    }
  }
  return NULL;
}

/* ---- functions ---- */

static const char *signature_of(ffh_source *source, const ffh_proto *proto) {
  ffh_mem *mem = source->mem;
  const char *result = proto->type->target->spelling;
  const char *text = ffh_mem_format(mem, "%s%s%s(", result,
                                    result[strlen(result) - 1] == '*' ? "" : " ", proto->name);
  for (unsigned i = 0; i < proto->n_params; i++) {
    const char *type = proto->params[i].type->spelling;
    const char *name = proto->params[i].name;
    const char *comma = i == 0 ? "" : ", ";
    const char *star = strstr(type, "(*)");
    if (star != NULL) {
      text = ffh_mem_format(mem, "%s%s%.*s%s%s", text, comma, (int)(star - type + 2), type, name,
                            star + 2);
    } else {
      bool glued = name[0] == '\0' || type[strlen(type) - 1] == '*';
      text = ffh_mem_format(mem, "%s%s%s%s%s", text, comma, type, glued ? "" : " ", name);
    }
  }
  const char *end = proto->type->is_variadic ? (proto->n_params == 0 ? "..." : ", ...")
                    : proto->n_params == 0   ? "void"
                                             : "";
  return ffh_mem_format(mem, "%s%s)", text, end);
}

static ffh_proto *proto_for(reader *r, CXCursor cursor, bool *is_new) {
  ffh_source *source = r->source;
  const char *name = ffh_types_text(source, clang_getCursorSpelling(cursor));
  ffh_proto *found = (ffh_proto *)ffh_source_proto(source, name);
  *is_new = found == NULL;
  if (found == NULL) {
    found = ffh_mem_new(source->mem, sizeof *found);
    found->name = name;
    *FFH_MEM_PUSH(source->mem, source->protos, source->n_protos) = found;
  }
  return found;
}

/* Names, places and types from this declaration; words are added to those of earlier ones. */
static bool read_params(reader *r, CXCursor cursor, ffh_proto *proto) {
  ffh_source *source = r->source;
  int n = clang_Cursor_getNumArguments(cursor);
  unsigned count = n < 0 ? 0 : (unsigned)n;
  bool any = false;
  if (proto->params == NULL || count != proto->n_params) {
    proto->params = ffh_mem_new(source->mem, (count + 1) * sizeof proto->params[0]);
    proto->n_params = count;
  }
  for (unsigned i = 0; i < count; i++) {
    CXCursor param = clang_Cursor_getArgument(cursor, i);
    ffh_decl *decl = &proto->params[i];
    const char *name = ffh_types_text(source, clang_getCursorSpelling(param));
    decl->name = name[0] != '\0' || decl->name == NULL ? name : decl->name;
    decl->place = ffh_types_place(source, param);
    decl->type = ffh_types_read(source, clang_getCursorType(param));
    bool words = ffh_types_notes(source, param, decl->place, FFH_ON_PARAM, &decl->notes);
    ffh_decl inner = {0};
    ffh_types_inner(source, param, &inner);
    if (inner.n_inner != 0 && (words || decl->n_inner == 0)) {
      decl->inner = inner.inner;
      decl->n_inner = inner.n_inner;
    }
    any |= words;
  }
  return any;
}

static void read_proto(reader *r, CXCursor cursor) {
  ffh_source *source = r->source;
  CXFile file;
  clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, NULL);
  bool here = file != NULL && clang_File_isEqual(file, r->contract);
  bool is_new;
  ffh_proto *proto = proto_for(r, cursor, &is_new);
  ffh_place place = ffh_types_place(source, cursor);
  ffh_notes before = proto->notes;
  bool words = ffh_types_notes(source, cursor, place, FFH_ON_FUNCTION, &proto->notes);
  bool news = proto->notes.n != before.n;
  bool param_words = read_params(r, cursor, proto);
  bool annotated = words || param_words;
  /* The function's type has canonical spellings; people read the result's as it is written. */
  ffh_ctype *type = ffh_mem_new(source->mem, sizeof *type);
  *type = *ffh_types_read(source, clang_getCursorType(cursor));
  type->target = ffh_types_read(source, clang_getCursorResultType(cursor));
  proto->type = type;
  proto->is_static = clang_Cursor_getStorageClass(cursor) == CX_SC_Static;
  if (is_new || (here && !proto->in_contract) || (annotated && !proto->has_words) || news ||
      param_words) {
    proto->place = place;
    proto->order = r->order++;
  }
  proto->has_words |= annotated;
  proto->in_contract |= (here && !proto->is_static) || annotated;
  proto->signature = signature_of(source, proto);
}

/* ---- handle types and enums ---- */

/* A typedef that is declared again has the words of the first declaration, too. */
static bool same_policy(const ffh_notes *notes, const ffh_notes *others) {
  const ffh_note *other = ffh_words_find(others, FFH_W_HANDLE);
  for (unsigned i = 0; i < notes->n; i++) {
    if (notes->items[i].word == FFH_W_HANDLE && other != NULL &&
        strcmp(notes->items[i].text, other->text) != 0) {
      return false;
    }
  }
  return true;
}

static void read_typedef(reader *r, CXCursor cursor) {
  ffh_source *source = r->source;
  ffh_handle_decl decl = {.place = ffh_types_place(source, cursor)};
  if (!ffh_types_notes(source, cursor, decl.place, FFH_ON_TYPE, &decl.notes) || decl.notes.n == 0) {
    return;
  }
  decl.name = ffh_types_text(source, clang_getCursorSpelling(cursor));
  decl.type = ffh_types_read(source, clang_getTypedefDeclUnderlyingType(cursor));
  const ffh_ctype *record = decl.type->kind == FFH_C_POINTER ? decl.type->target : decl.type;
  if (record->kind != FFH_C_STRUCT && record->kind != FFH_C_UNION) {
    ffh_diag_add(source->diags, decl.place, FFH_DIAG_NOT_HANDLE_TYPE,
                 "'%s' is '%s', not a struct or a pointer to one", decl.name, decl.type->spelling);
    return;
  }
  decl.key = record->key;
  for (unsigned i = 0; i < source->n_handles; i++) {
    const ffh_handle_decl *other = &source->handles[i];
    if (strcmp(other->key, decl.key) == 0) {
      if (!same_policy(&decl.notes, &other->notes) || strcmp(other->name, decl.name) != 0) {
        ffh_diag_add(source->diags, decl.place, FFH_DIAG_HANDLE_TWICE,
                     "'%s' is a handle type already, as '%s' in line %u", decl.name, other->name,
                     other->place.line);
      }
      return;
    }
  }
  *FFH_MEM_PUSH(source->mem, source->handles, source->n_handles) = decl;
}

/* `typedef enum {...} name` and `typedef enum tag name`: the name means the enum, too. */
static void read_enum_name(reader *r, CXCursor cursor) {
  CXType type = clang_getCanonicalType(clang_getTypedefDeclUnderlyingType(cursor));
  if (type.kind != CXType_Enum) {
    return;
  }
  const ffh_enum *meant = ffh_types_enum(r->source, clang_getTypeDeclaration(type));
  ffh_enum *named = ffh_mem_new(r->source->mem, sizeof *named);
  *named = *meant;
  named->tag = ffh_types_text(r->source, clang_getCursorSpelling(cursor));
  named->key = ffh_mem_format(r->source->mem, "typedef %s", named->tag);
  *FFH_MEM_PUSH(r->source->mem, r->source->enums, r->source->n_enums) = named;
}

static enum CXChildVisitResult visit(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  reader *r = data;
  switch (clang_getCursorKind(cursor)) {
    case CXCursor_FunctionDecl:
      if (clang_getCursorType(cursor).kind == CXType_FunctionProto ||
          clang_getCursorType(cursor).kind == CXType_FunctionNoProto) {
        read_proto(r, cursor);
      }
      break;
    case CXCursor_TypedefDecl:
      read_typedef(r, cursor);
      read_enum_name(r, cursor);
      break;
    case CXCursor_EnumDecl:
      (void)ffh_types_enum(r->source, cursor);
      break;
    case CXCursor_LinkageSpec:
    case CXCursor_UnexposedDecl:
      return CXChildVisit_Recurse;
    default:
      break;
  }
  return CXChildVisit_Continue;
}

/* ---- the file ---- */

void ffh_read_contract(ffh_source *source) {
  ffh_parse parse;
  ffh_parse_begin(source, source->file, source->contents, &parse);
  for (unsigned i = 0; i < MAX_READINGS && parse.unit != NULL; i++) {
    if (!ffh_compiler_words(source, parse.unit)) {
      break;
    }
    ffh_parse_end(&parse);
    ffh_parse_begin(source, source->file, source->contents, &parse);
  }
  CXFile file = parse.unit == NULL ? NULL : clang_getFile(parse.unit, source->file);
  if (file == NULL) {
    ffh_diag_add(source->diags, (ffh_place){source->file, 0, 0}, FFH_DIAG_UNREADABLE,
                 "the file cannot be parsed");
  } else {
    ffh_compiler_report(source, parse.unit);
    reader r = {.source = source, .contract = file};
    clang_visitChildren(clang_getTranslationUnitCursor(parse.unit), visit, &r);
  }
  ffh_parse_end(&parse);
}
