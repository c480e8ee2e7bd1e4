/* Pages with a table that call themselves .xls, as old campus systems write them. */
#include "exchange/gridtext.h"
#include "exchange/desk.h"

#include <stdlib.h>
#include <string.h>

static void reads(const char *page, const char *rows)
{
    gridtext_reads(cbi_bytes_of_text(page), rows);
}

Test(html, a_table_is_read_row_by_row)
{
    reads("<html><body><table><tr><th>学号</th><th>成绩</th></tr>"
          "<tr><td>0123</td><td>88</td></tr><tr><td>0124</td><td></td></tr></table></body></html>",
          "学号,成绩\n2:0123,88\n3:0124,");
}

Test(html, whatever_stands_around_a_table_is_passed_over)
{
    reads("<html><head><style>td {color: red}</style><script>var a = '<td>x</td>';</script></head>"
          "<body>教务处 打印<table><tr><td>学号</td><td>成绩</td></tr>"
          "<tr><td>1<!-- 2 --></td><td>&nbsp;88&nbsp;</td></tr></table>共 1 条</body></html>",
          "学号,成绩\n2:1,88");
}

Test(html, tags_that_were_never_closed_and_capitals_do_not_matter)
{
    reads("<TABLE><TR><TD>学号<TD>成绩<TR><TD>1<TD>88<TR><TD>2<TD>90</TABLE>",
          "学号,成绩\n2:1,88\n3:2,90");
}

Test(html, a_cell_over_columns_or_rows_leaves_the_others_empty)
{
    reads("<table><tr><td>a</td><td>b</td><td>c</td></tr>"
          "<tr><td colspan=2>1</td><td>3</td></tr>"
          "<tr><td rowspan=2>1</td><td>2</td><td>3</td></tr><tr><td>5</td><td>6</td></tr></table>",
          "a,b,c\n2:1,,3\n3:1,2,3\n4:,5,6");
    reads("<table><tr><td>a</td><td>b</td></tr>"
          "<tr><td colspan=99999999999999999999>1</td><td>2</td></tr></table>",
          "a,b\n2:1,2");
}

Test(html, entities_and_marks_within_a_cell_are_its_text)
{
    reads("<table><tr><td>a</td><td>b</td></tr><tr><td>&lt;1&gt; &amp; &#x4e2d;</td>"
          "<td><b>高</b><font color=red>等</font></td></tr></table>",
          "a,b\n2:<1> & 中,高等");
}

Test(html, it_is_read_in_gb18030_whatever_it_says_of_itself)
{
    cbank_buffer page = desk_encode("<html><meta charset=utf-8><table><tr><td>学号</td><td>课程名称"
                                    "</td></tr><tr><td>0123</td><td>木工工艺与家具设计</td></tr>"
                                    "<tr><td>0124</td><td>大学语文与写作基础</td></tr></table>",
                                    "GB18030");

    gridtext_reads(cbi_bytes_of_buffer(&page),
                   "学号,课程名称\n2:0123,木工工艺与家具设计\n3:0124,大学语文与写作基础");
    cbank_buffer_clear(&page);
}

Test(html, nothing_is_fetched_and_nothing_expands)
{
    reads("<!DOCTYPE html [<!ENTITY a SYSTEM \"file:///etc/passwd\"><!ENTITY b \"&c;&c;\">"
          "<!ENTITY c \"xxxxxxxxxx\">]><table><tr><td>a</td><td>z</td></tr>"
          "<tr><td>1</td><td><img src=\"//elsewhere/x\">2</td></tr></table>",
          "a,z\n2:1,2");
}

/* A page is what a browser gets from strangers: whatever comes, the answer is rows or a reason. */
Test(html, noise_is_survived)
{
    static const char *const parts[] = {
        "<table>", "</table>", "<tr>",      "</tr>",  "<td>", "</td>", "<td colspan=3>",
        "<script>", "</script>", "<td rowspan=2>", "88", "学号", "&#0;", "<!--",
        "-->",     "<",        "\xff",      "<html>", "&lt;", "\"",    "<![CDATA["};
    unsigned seed = 7;

    for (unsigned turn = 0; turn < 400; turn++) {
        const cbi_grid_options options = {.sheet = ""};
        char page[1024] = "<html><table>", out[GRIDTEXT_MAX];
        cbank_error err = {0};
        cbank_status status;

        for (unsigned i = (unsigned)rand_r(&seed) % 60; i > 0; i--)
            strcat(page, parts[(unsigned)rand_r(&seed) % (sizeof(parts) / sizeof(parts[0]))]);
        status = gridtext_of(cbi_bytes_of_text(page), 1 + (unsigned)rand_r(&seed) % 50, &options,
                             out, &err);
        cr_expect_eq((int32_t)status, err.status, "%s", page);
    }
}
