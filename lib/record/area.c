#include "record/area.h"

static const struct {
    int first;
    int last;
} PROVINCES[] = {
    {11, 15}, {21, 23}, {31, 37}, {41, 46}, {50, 54}, {61, 65}, {71, 71}, {81, 82},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool cbi_area_is_plausible(const char *code)
{
    int province;

    if (!is_digit(code[0]) || !is_digit(code[1]))
        return false;
    province = (code[0] - '0') * 10 + (code[1] - '0');
    for (size_t i = 0; i < sizeof(PROVINCES) / sizeof(PROVINCES[0]); i++) {
        if (province >= PROVINCES[i].first && province <= PROVINCES[i].last)
            return true;
    }
    return false;
}
