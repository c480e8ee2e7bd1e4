# The document of the format, whose examples are read.
target_compile_definitions(test-author PRIVATE
    CBANK_FORMAT="${PROJECT_SOURCE_DIR}/lib/author/README.md")
