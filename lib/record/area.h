/* area.h - the province part of a GB/T 2260 area code. */
#ifndef CBI_RECORD_AREA_H
#define CBI_RECORD_AREA_H

#include "base/bytes.h"

/*
 * True if the two digits that `code` begins with have ever named a province-level division. The
 * rest is not compared with a list: numbers keep area codes that were abolished long ago.
 */
bool cbi_area_is_plausible(const char *code);

#endif
