/* check_known.c - what need not be found out again of an account. */
#include "bank/check_part.h"

#include "base/memory.h"

/* The digits of an account as a number; 0 of what is none. */
static uint64_t number_of(const char *account)
{
    uint64_t number = 0;

    for (size_t i = 0; i < CBI_ACCOUNT_SIZE; i++) {
        if (account[i] < '0' || account[i] > '9')
            return 0;
        number = number * 10 + (uint64_t)(account[i] - '0');
    }
    return account[CBI_ACCOUNT_SIZE] == '\0' ? number : 0;
}

/* Accounts are numbered on, with two check digits behind: mostly each has a place of its own. */
static size_t place_of(uint64_t account, size_t size)
{
    return (size_t)(account / 100 % size);
}

cbi_check_known *cbi_check_known_of(cbi_check *check, const char *account)
{
    uint64_t number = number_of(account);
    cbi_check_known *known = &check->known[place_of(number, CBI_CHECK_KNOWN_MAX)];
    const cbi_check_known *found;

    if (number != 0 && known->account == number)
        return known;
    found = &check->found[place_of(number, check->found_size)];
    *known = number != 0 && found->account == number ? *found : (cbi_check_known){0};
    known->account = number;
    known->added = false;
    return known;
}

void cbi_check_known_prefetch(const cbi_check *check, const char *account)
{
    const cbi_check_known *found = &check->found[place_of(number_of(account), check->found_size)];

    __builtin_prefetch(&found->account);
    __builtin_prefetch(&found->added);
}

void cbi_check_tell(cbi_check *check, cbi_check_known *known)
{
    if (known->account != 0 && known->added && check->told_count < CBI_CHECK_SHARE_MAX)
        check->told[check->told_count++] = *known;
    known->added = false;
}

void cbi_check_hear(cbi_check *check, cbi_check *hand)
{
    for (size_t i = 0; i < hand->told_count; i++)
        check->found[place_of(hand->told[i].account, check->found_size)] = hand->told[i];
    hand->told_count = 0;
}

cbank_status cbi_check_known_make(cbi_check *check, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_CHECK_KNOWN_MAX, sizeof(*check->known), &check->known, err));
    CBI_TRY(cbi_alloc(CBI_CHECK_SHARE_MAX, sizeof(*check->told), &check->told, err));
done:
    return status;
}

void cbi_check_known_clear(cbi_check *check)
{
    if (check->known != NULL)
        cbi_wipe(check->known, CBI_CHECK_KNOWN_MAX * sizeof(*check->known));
    if (check->told != NULL)
        cbi_wipe(check->told, CBI_CHECK_SHARE_MAX * sizeof(*check->told));
    cbi_fingerprint_wipe(&check->key);
    cbi_free(check->known);
    cbi_free(check->told);
}
