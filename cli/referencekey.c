#include "referencekey.h"

#include "call.h"
#include "fail.h"
#include "options.h"
#include "output.h"
#include "passphrase.h"
#include "shape.h"

#include <unistd.h>

const option referencekey_options[] = {
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {0},
};

static const view views[] = {
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {0},
};

static void save(cli *c, cbank_bank *bank, const char *institution, const char *path)
{
    const bytes *passphrase = passphrase_read(c, "passphrase-file");
    cbank_error err;

    if (passphrase == NULL)
        return;
    if (c->dry_run && access(path, F_OK) == 0) {
        fail_own(c, FAIL_EXISTS, path);
        return;
    }
    if (!c->dry_run && cbank_reference_key_save(bank, institution, path, passphrase->data,
                                                passphrase->size, &err) != CBANK_OK) {
        fail_call(c, &err);
        return;
    }
    if (c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    output_document(c, json_pack("{s:o}", "file", shape_text(path)), views);
}

void referencekey_make(cli *c)
{
    save(c, NULL, NULL, c->arguments[0]);
}

void referencekey_hand_out(cli *c)
{
    cbank_bank *bank = call_open_bank(c);

    if (bank != NULL)
        save(c, bank, c->arguments[0], options_text(c, "output"));
}
