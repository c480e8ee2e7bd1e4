/* text.h - text on a terminal: its width, and nothing in it that a terminal would obey. */
#ifndef CBANK_CLI_TEXT_H
#define CBANK_CLI_TEXT_H

#include <stdio.h>

/* Columns that UTF-8 text takes; Chinese characters take two. */
size_t text_width(const char *text);

/* Replaces control and bidirectional characters and broken UTF-8 by '?', in place. */
void text_clean(char *text);
/* Writes the text clean. */
void text_write(FILE *out, const char *text);
/* Writes the text clean, and blanks up to `width` columns. */
void text_write_padded(FILE *out, const char *text, size_t width);

#endif
