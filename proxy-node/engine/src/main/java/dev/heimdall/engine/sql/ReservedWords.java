package dev.heimdall.engine.sql;

/** Words that are no name without quotes, neither in MySQL nor in SQL Server. */
final class ReservedWords {
  private static final WordTable WORDS =
      WordTable.listed(
          "add all alter and as asc between by case column create cross database default delete"
              + " desc distinct drop else exists for foreign from grant group having if in index"
              + " inner insert into is join key left like not null on or order outer primary"
              + " procedure references revoke right select set table then to trigger union unique"
              + " update values when where while with");

  private ReservedWords() {}

  static boolean contains(byte[] text, int start, int end) {
    return WORDS.find(text, start, end) != 0;
  }
}
