#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

typedef struct box box FFH_HANDLE(FFH_SHARED);
FFH_CREATES FFH_ERROR_NULL box *box_new(void);
void box_free(box *self FFH_CONSUMES FFH_NULLABLE);

void a(const uint8_t *bytes FFH_BYTES(n) FFH_MAX(524288), size_t n);
void b(uint8_t *bytes FFH_CAPACITY(n), size_t n FFH_MAX(1048576));
void f(const uint8_t *bytes FFH_BYTES(n) FFH_MAX(99999999999), size_t n); /* expect: warning FFH-C061 stops at 524288 */
void g(const uint8_t *bytes FFH_BYTES(n), size_t n FFH_MAX(524289)); /* expect: warning FFH-C061 stops at 524288 */
void h(const uint32_t *words FFH_ARRAY(n) FFH_MAX(200000), size_t n); /* expect: warning FFH-C061 stops at 131072 */
void i(uint8_t *bytes FFH_CAPACITY(n), size_t n FFH_MAX(2000000)); /* expect: warning FFH-C061 stops at 1048576 */
void j(const char *const *keys FFH_STRINGS(n, none) FFH_MAX(65), size_t n); /* expect: warning FFH-C061 stops at 64 */
