/* A school's profile. */
#include "exchange/profile.h"
#include "fuzz/fuzz.h"

void fuzz_profile(cbi_bytes input)
{
    cbi_profile profile = {0};

    if (cbi_profile_parse(input, "school.yaml", &profile, NULL) == CBANK_OK)
        fuzz_require(profile.name[0] != '\0', "a profile has a name");
    cbi_profile_clear(&profile);
}
