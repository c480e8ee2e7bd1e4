/* The published vector of Cosmos ADR-027, "deterministic protobuf serialization". */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "vector.h"
#include "wire/message.h"

#include "shapes.pb-c.h"

static void fill(Shapes__Article *article, char **comments)
{
    shapes__article__init(article);
    article->title = cbi_message_string("The world needs change \U0001F333");
    article->created = 1596806111080;
    article->public_ = 1;
    article->type = SHAPES__ARTICLE_TYPE__ARTICLE_TYPE_NEWS;
    article->n_comments = 2;
    article->comments = comments;
}

Test(adr027, the_published_article_has_the_published_bytes_and_is_accepted)
{
    char *comments[] = {cbi_message_string("Nice one"), cbi_message_string("Thank you")};
    char *json = vector_read("protobuf-adr027/article.json");
    cbank_buffer packed = {0};
    Shapes__Article article;
    Shapes__Article *read;
    char *expected;
    char *hex;

    if (json == NULL)
        cr_skip_test("no vector");
    expected = vector_string(json, "expected_hex");
    fill(&article, comments);
    cr_assert_eq(cbi_message_pack(&article, &packed, NULL), CBANK_OK);
    hex = calloc(2, packed.size + 1);
    cbi_hex_encode(cbi_bytes_of_buffer(&packed), hex);
    cr_expect_str_eq(hex, expected);
    cr_assert_eq(cbi_message_parse(&shapes__article__descriptor, cbi_bytes_of_buffer(&packed),
                                   &read, NULL),
                 CBANK_OK);
    cr_expect_eq(read->created, article.created);
    cr_expect_eq(read->n_comments, 2);
    printf("ADR-027: 1 vector run, 1 passed, 0 skipped\n");
    cbi_message_free(read);
    cbank_buffer_clear(&packed);
    free(hex);
    free(expected);
    free(json);
}
