#include "gen/types.h"

#include <string.h>

#define MAX_DEPTH 24u

const char *ffh_types_text(ffh_source *source, CXString string) {
  const char *text = clang_getCString(string);
  const char *copy = text == NULL ? "" : ffh_mem_text(source->mem, text, strlen(text));
  clang_disposeString(string);
  return copy;
}

ffh_place ffh_types_place(ffh_source *source, CXCursor cursor) {
  CXFile file;
  unsigned line, column;
  clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, &line, &column, NULL);
  const char *name = file == NULL ? source->file : ffh_types_text(source, clang_getFileName(file));
  return (ffh_place){name, line, column};
}

/* ---- words ---- */

typedef struct notes_visit {
  ffh_source *source;
  ffh_place place;
  unsigned where;
  ffh_notes *notes;
  bool any;
} notes_visit;

static enum CXChildVisitResult visit_note(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  notes_visit *visit = data;
  if (clang_getCursorKind(cursor) == CXCursor_AnnotateAttr) {
    const char *text = ffh_types_text(visit->source, clang_getCursorSpelling(cursor));
    visit->any |= ffh_words_add(visit->source->mem, visit->source->diags, visit->place,
                                visit->where, text, visit->notes);
  }
  return CXChildVisit_Continue;
}

bool ffh_types_notes(ffh_source *source, CXCursor cursor, ffh_place place, unsigned where,
                     ffh_notes *notes) {
  notes_visit visit = {source, place, where, notes, false};
  clang_visitChildren(cursor, visit_note, &visit);
  return visit.any;
}

typedef struct inner_visit {
  ffh_source *source;
  ffh_decl *decl;
} inner_visit;

static enum CXChildVisitResult visit_inner(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  inner_visit *visit = data;
  if (clang_getCursorKind(cursor) != CXCursor_ParmDecl) {
    return CXChildVisit_Continue;
  }
  ffh_decl inner = {.name = ffh_types_text(visit->source, clang_getCursorSpelling(cursor)),
                    .place = ffh_types_place(visit->source, cursor),
                    .type = ffh_types_read(visit->source, clang_getCursorType(cursor))};
  ffh_types_notes(visit->source, cursor, inner.place, FFH_ON_CALLBACK_PARAM, &inner.notes);
  *FFH_MEM_PUSH(visit->source->mem, visit->decl->inner, visit->decl->n_inner) = inner;
  return CXChildVisit_Continue;
}

void ffh_types_inner(ffh_source *source, CXCursor cursor, ffh_decl *decl) {
  inner_visit visit = {source, decl};
  CXType type = clang_getCursorType(cursor);
  clang_visitChildren(cursor, visit_inner, &visit);
  if (decl->n_inner == 0 && type.kind != CXType_Pointer) {
    CXCursor declaration = clang_getTypeDeclaration(type);
    if (clang_getCursorKind(declaration) == CXCursor_TypedefDecl) {
      clang_visitChildren(declaration, visit_inner, &visit);
    }
  }
}

/* ---- enums ---- */

typedef struct enum_visit {
  ffh_source *source;
  ffh_enum *enumeration;
} enum_visit;

static enum CXChildVisitResult visit_enumerator(CXCursor cursor, CXCursor parent,
                                                CXClientData data) {
  (void)parent;
  enum_visit *visit = data;
  if (clang_getCursorKind(cursor) == CXCursor_EnumConstantDecl) {
    ffh_enum *e = visit->enumeration;
    ffh_mem *mem = visit->source->mem;
    e->names = ffh_mem_more(mem, e->names, e->n, sizeof e->names[0]);
    e->values = ffh_mem_more(mem, e->values, e->n, sizeof e->values[0]);
    e->names[e->n] = ffh_types_text(visit->source, clang_getCursorSpelling(cursor));
    e->values[e->n] = clang_getEnumConstantDeclValue(cursor);
    e->n++;
  }
  return CXChildVisit_Continue;
}

const ffh_enum *ffh_types_enum(ffh_source *source, CXCursor declaration) {
  CXCursor definition = clang_getCursorDefinition(declaration);
  if (!clang_Cursor_isNull(definition)) {
    declaration = definition;
  }
  CXType type = clang_getCanonicalType(clang_getCursorType(declaration));
  const char *key = ffh_types_text(source, clang_getTypeSpelling(type));
  for (unsigned i = 0; i < source->n_enums; i++) {
    if (strcmp(source->enums[i]->key, key) == 0) {
      return source->enums[i];
    }
  }
  ffh_enum *made = ffh_mem_new(source->mem, sizeof *made);
  made->key = key;
  made->tag = key;
  enum_visit visit = {source, made};
  clang_visitChildren(declaration, visit_enumerator, &visit);
  *FFH_MEM_PUSH(source->mem, source->enums, source->n_enums) = made;
  return made;
}

/* ---- structs ---- */

static const ffh_ctype *read_type(ffh_source *source, CXType type, unsigned depth);

typedef struct field_visit {
  ffh_source *source;
  ffh_record *record;
  unsigned depth;
} field_visit;

static enum CXVisitorResult visit_field(CXCursor cursor, CXClientData data) {
  field_visit *visit = data;
  ffh_source *source = visit->source;
  long long bits = clang_Cursor_getOffsetOfField(cursor);
  ffh_decl field = {.name = ffh_types_text(source, clang_getCursorSpelling(cursor)),
                    .place = ffh_types_place(source, cursor),
                    .type = read_type(source, clang_getCursorType(cursor), visit->depth + 1),
                    .offset = bits < 0 ? 0 : (uint64_t)bits / 8,
                    .is_bit_field = clang_Cursor_isBitField(cursor) != 0};
  ffh_types_notes(source, cursor, field.place, FFH_ON_FIELD, &field.notes);
  ffh_types_inner(source, cursor, &field);
  *FFH_MEM_PUSH(source->mem, visit->record->fields, visit->record->n_fields) = field;
  return CXVisit_Continue;
}

static ffh_record *read_record(ffh_source *source, CXType type, const char *key, unsigned depth) {
  for (unsigned i = 0; i < source->n_records; i++) {
    if (strcmp(source->records[i]->key, key) == 0) {
      return source->records[i];
    }
  }
  ffh_record *record = ffh_mem_new(source->mem, sizeof *record);
  record->key = key;
  /* Known before its fields are, so that a list's node can point to its own type. */
  *FFH_MEM_PUSH(source->mem, source->records, source->n_records) = record;
  field_visit visit = {source, record, depth};
  clang_Type_visitFields(type, visit_field, &visit);
  return record;
}

/* ---- types ---- */

static void read_scalar(CXType type, ffh_ctype *made) {
  switch (type.kind) {
    case CXType_Void:
      made->kind = FFH_C_VOID;
      return;
    case CXType_Bool:
      made->kind = FFH_C_BOOL;
      return;
    case CXType_Float:
    case CXType_Double:
      made->kind = FFH_C_FLOAT;
      return;
    case CXType_Char_S:
    case CXType_SChar:
      made->is_signed = true;
      made->is_char = true;
      made->kind = FFH_C_INT;
      return;
    case CXType_Char_U:
    case CXType_UChar:
      made->is_char = true;
      made->kind = FFH_C_INT;
      return;
    case CXType_Short:
    case CXType_Int:
    case CXType_Long:
    case CXType_LongLong:
      made->is_signed = true;
      made->kind = FFH_C_INT;
      return;
    case CXType_UShort:
    case CXType_UInt:
    case CXType_ULong:
    case CXType_ULongLong:
      made->kind = FFH_C_INT;
      return;
    default:
      made->kind = FFH_C_OTHER;
  }
}

static void read_function(ffh_source *source, CXType type, unsigned depth, ffh_ctype *made) {
  made->kind = FFH_C_FUNCTION;
  made->is_variadic = clang_isFunctionTypeVariadic(type) != 0;
  made->target = read_type(source, clang_getResultType(type), depth + 1);
  int n = clang_getNumArgTypes(type);
  ffh_decl *params = NULL;
  for (int i = 0; i < n; i++) {
    ffh_decl param = {.name = "",
                      .type = read_type(source, clang_getArgType(type, (unsigned)i), depth + 1)};
    *FFH_MEM_PUSH(source->mem, params, made->n_params) = param;
  }
  made->params = params;
}

static void read_enum_type(ffh_source *source, CXType type, ffh_ctype *made) {
  made->kind = FFH_C_ENUM;
  CXCursor declaration = clang_getTypeDeclaration(type);
  made->enumeration = ffh_types_enum(source, declaration);
  CXType underlying = clang_getCanonicalType(clang_getEnumDeclIntegerType(declaration));
  ffh_ctype integer = {0};
  read_scalar(underlying, &integer);
  made->is_signed = integer.is_signed;
}

static const ffh_ctype *read_type(ffh_source *source, CXType written, unsigned depth) {
  ffh_ctype *made = ffh_mem_new(source->mem, sizeof *made);
  CXType type = clang_getCanonicalType(written);
  made->kind = FFH_C_OTHER;
  made->spelling = ffh_types_text(source, clang_getTypeSpelling(written));
  made->is_const = clang_isConstQualifiedType(type) != 0;
  type = clang_getUnqualifiedType(type);
  made->key = ffh_types_text(source, clang_getTypeSpelling(type));
  long long size = clang_Type_getSizeOf(type);
  long long align = clang_Type_getAlignOf(type);
  made->size = size < 0 ? 0 : (uint64_t)size;
  made->align = align < 0 ? 0 : (uint64_t)align;
  if (depth > MAX_DEPTH) {
    return made;
  }
  switch (type.kind) {
    case CXType_Pointer:
      made->kind = FFH_C_POINTER;
      made->target = read_type(source, clang_getPointeeType(type), depth + 1);
      break;
    case CXType_Record: {
      CXCursor declaration = clang_getTypeDeclaration(type);
      bool is_union = clang_getCursorKind(declaration) == CXCursor_UnionDecl;
      made->kind = is_union ? FFH_C_UNION : FFH_C_STRUCT;
      made->record = read_record(source, type, made->key, depth);
      break;
    }
    case CXType_Enum:
      read_enum_type(source, type, made);
      break;
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
      made->kind = FFH_C_ARRAY;
      made->count = type.kind == CXType_ConstantArray ? (uint64_t)clang_getArraySize(type) : 0;
      made->target = read_type(source, clang_getArrayElementType(type), depth + 1);
      break;
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
      read_function(source, type, depth, made);
      break;
    default:
      read_scalar(type, made);
  }
  return made;
}

const ffh_ctype *ffh_types_read(ffh_source *source, CXType type) {
  return read_type(source, type, 0);
}
