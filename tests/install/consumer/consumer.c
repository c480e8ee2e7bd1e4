/* A stranger's program: the public header and the messages, nothing else of the project. */
#include <stdio.h>

#include <cbank.h>
#include <cbank/v1/common.pb-c.h>

int main(void)
{
    char unit[] = "credit";
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT;

    amount.unit = unit;
    amount.milli = 3500;
    printf("%s, %zu bytes\n", cbank_status_name(CBANK_E_NOT_FOUND),
           cbank__v1__amount__get_packed_size(&amount));
    return 0;
}
