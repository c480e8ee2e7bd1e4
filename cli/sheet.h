/* sheet.h - cbank credit import, sign, deposit: spreadsheets to batches, batches to the bank. */
#ifndef CBANK_CLI_SHEET_H
#define CBANK_CLI_SHEET_H

#include "cli.h"

extern const option sheet_import_options[];
extern const option sheet_sign_options[];
extern const option sheet_deposit_options[];

void sheet_import(cli *c);
void sheet_sign(cli *c);
void sheet_deposit(cli *c);

#endif
