/* Menus of prices.
 *
 * A menu may move from thread to thread and serves one call at a time. Nothing of the caller's
 * memory is kept. */
#ifndef ZOO_MENU_H
#define ZOO_MENU_H

#include <ffh/contract.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MENU_OK 0
#define MENU_BAD_INPUT 1
#define MENU_NO_MEMORY 2

#define MENU_MAX_PRICES 8

typedef struct menu menu FFH_HANDLE(FFH_SERIAL);

/* NULL when memory runs out. */
FFH_CREATES FFH_ERROR_NULL menu *menu_create(void);

void menu_destroy(menu *self FFH_CONSUMES FFH_NULLABLE);

/* Appends a price; a full menu takes no more. */
FFH_STATUS(0, 1, 2)
FFH_REJECTS(null : 1)
int32_t menu_add(menu *self, uint32_t cents);

/* A price as text, such as "12.50". Valid until the menu is destroyed. NULL when there is none with
 * that index. */
FFH_ERROR_NULL
FFH_RETURNS_BORROWED(self, destroy(self))
const char *menu_price(menu *self, uint32_t index FFH_RANGE(0, 8));

#ifdef __cplusplus
}
#endif

#endif
