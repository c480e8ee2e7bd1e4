/* Every code of LMDB and of the system has one meaning, and keeps its number. */
#include "place.h"

#include <errno.h>
#include <string.h>

#include "store/fault.h"

static void means(int code, cbank_status status)
{
    cbank_error err = {0};

    cr_expect_eq(cbi_fault_report(code, "table", &err), status, "%d", code);
    cr_expect_str_eq(err.object, "table");
    cr_expect_str_not_empty(err.detail);
}

Test(fault, codes_of_lmdb)
{
    /* As in lmdb.h, which only lib/store includes. */
    means(-30799, CBANK_E_EXISTS);
    means(-30798, CBANK_E_NOT_FOUND);
    means(-30797, CBANK_E_CORRUPT);
    means(-30796, CBANK_E_CORRUPT);
    means(-30795, CBANK_E_IO);
    means(-30794, CBANK_E_UNSUPPORTED);
    means(-30793, CBANK_E_MALFORMED);
    means(-30792, CBANK_E_FULL);
    means(-30790, CBANK_E_BUSY);
    means(-30788, CBANK_E_TOO_LARGE);
    means(-30785, CBANK_E_BUSY);
    means(-30784, CBANK_E_UNSUPPORTED); /* a table that an older version did not make */
    means(-30783, CBANK_E_INTERNAL);
    means(-30781, CBANK_E_INTERNAL);
    means(CBI_FAULT_ASSERTED, CBANK_E_CORRUPT);
}

Test(fault, codes_of_the_system)
{
    means(EIO, CBANK_E_IO);
    means(ENOSPC, CBANK_E_FULL);
    means(EDQUOT, CBANK_E_FULL);
    means(EACCES, CBANK_E_DENIED);
    means(EROFS, CBANK_E_DENIED);
    means(ENOENT, CBANK_E_NOT_FOUND);
    means(EEXIST, CBANK_E_EXISTS);
    means(ENOMEM, CBANK_E_MEMORY);
    means(EAGAIN, CBANK_E_MEMORY);
    means(EMFILE, CBANK_E_IO);
}

Test(fault, the_number_is_kept_in_the_detail)
{
    cbank_error err = {0};

    (void)cbi_fault_report(EIO, "table", &err);
    cr_assert_str_eq(err.detail, "errno 5, Input/output error");
    (void)cbi_fault_report(-30792, "table", &err);
    cr_assert_not_null(strstr(err.detail, "-30792"));
}

Test(fault, what_breaks_an_environment_and_what_leaves_a_commit_unknown)
{
    cr_assert(cbi_fault_breaks(EIO) && cbi_fault_is_unknown(EIO));
    cr_assert(cbi_fault_breaks(-30795) && cbi_fault_is_unknown(-30795), "panic");
    cr_assert(cbi_fault_breaks(ENOSPC) && !cbi_fault_is_unknown(ENOSPC));
    cr_assert_not(cbi_fault_breaks(-30792) || cbi_fault_is_unknown(-30792), "map full");
    cr_assert_not(cbi_fault_breaks(ENOMEM) || cbi_fault_is_unknown(ENOMEM));
}
