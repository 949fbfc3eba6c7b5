package dev.heimdall.test.race;

import java.util.List;
import java.util.stream.Stream;

/** Columns, and literals that may be equal in them in one way or another. */
public final class KeySamples {
  /** That are read, and may be stored as others. */
  public static final List<String> PLAIN_NUMBERS =
      List.of(
          "1",
          "5",
          "'5'",
          "05",
          "7",
          "70",
          "127",
          "128",
          "9007199254740992",
          "9007199254740993",
          "'9007199254740993'");

  public static final List<String> PLAIN_TEXTS =
      List.of("'a'", "'A '", "'b'", "'ab'", "'i'", "'j'", "'v'", "'w'", "'abcde'", "'abcdef'");

  public static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "5",
          "-5",
          "05",
          "7",
          "- 5",
          "5.0",
          "5e0",
          "'5'",
          "'05'",
          "'5.0'",
          "'5abc'",
          "' 5'",
          "'5 '",
          "'+5'",
          "'-5'",
          "''",
          "0x35",
          "x'05'",
          "b'101'",
          "TRUE",
          "NULL",
          "127",
          "128",
          "-128",
          "-129",
          "255",
          "256",
          "'256'",
          "32767",
          "32768",
          "65535",
          "65536",
          "8388608",
          "16777216",
          "2147483647",
          "2147483648",
          "4294967296",
          "9007199254740992",
          "9007199254740993",
          "'9007199254740993'",
          "999999999999999",
          "9223372036854775807",
          "18446744073709551615",
          "70",
          "1970",
          "2005",
          "5 + 0",
          "(5)",
          "'a'",
          "5.4",
          "5.5",
          "'5.4'");

  public static final List<String> TEXTS =
      List.of(
          "'a'",
          "'A'",
          "'a '",
          "'a  '",
          "' a'",
          "'aa'",
          "'AA'",
          "'å'",
          "'Å'",
          "'ä'",
          "'ae'",
          "'æ'",
          "'ss'",
          "'ß'",
          "'SS'",
          "'i'",
          "'j'",
          "'I'",
          "'J'",
          "'u'",
          "'v'",
          "'V'",
          "'w'",
          "'W'",
          "'y'",
          "'ü'",
          "'ch'",
          "'c'",
          "'h'",
          "'ll'",
          "'lj'",
          "'ccs'",
          "'cscs'",
          "'CSCS'",
          "'dz'",
          "'abcde'",
          "'abcdef'",
          "'ABCDEX'",
          "''",
          "' '",
          "'['",
          "']'",
          "'{'",
          "'~'",
          "'a-b'",
          "'ab'",
          "'a_b'",
          "'a\tb'",
          "'a\u0001'",
          "'\u0001'",
          "'ａ'",
          "'1'",
          "'01'",
          "'1.0'",
          "1",
          "5",
          "'5'",
          "TRUE",
          "NULL",
          "x'61'",
          "0x61",
          "b'01100001'",
          "'it''s'",
          "_latin1'a'",
          "N'a'",
          "'a' 'b'",
          "'a' COLLATE utf8mb4_bin",
          "BINARY 'a'",
          "'a\\b'",
          "'\\a'",
          "'a%'",
          "\"a\"",
          "\"A\"",
          "CONCAT('a')",
          "'a\u00a0'",
          "'e\u0301'",
          "'é'",
          "'e'",
          "'2020-01-01'",
          "20200101",
          "'2020-1-1'",
          "'20-01-01'",
          "'20:00'",
          "'20'",
          "DATE '2020-01-01'",
          "'2020-01-01 00:00:00'");

  public static final List<String> OF_NUMBERS =
      List.of(
          "TINYINT",
          "TINYINT UNSIGNED",
          "SMALLINT",
          "MEDIUMINT UNSIGNED",
          "INT",
          "INT UNSIGNED ZEROFILL",
          "BIGINT",
          "BIGINT UNSIGNED",
          "INT AUTO_INCREMENT, KEY (c)",
          "BIGINT NOT NULL DEFAULT 5",
          "YEAR",
          "BIT(8)",
          "DECIMAL(20,1)",
          "DOUBLE",
          "BOOLEAN",
          "INT, PRIMARY KEY (c)");

  public static final List<String> OF_TEXTS =
      List.of(
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
          "CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
          "CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, UNIQUE KEY (c)",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
          "TINYTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci NOT NULL DEFAULT 'a'",
          "VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
          "VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_bin",
          "VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_general_cs",
          "VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_german2_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_danish_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_roman_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_swedish_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_lithuanian_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_spanish2_ci",
          "VARBINARY(5)",
          "BINARY(5)",
          "ENUM('a', 'A ', 'b', '5')",
          "DATE",
          "DATETIME",
          "TIME");

  public static final List<String> OF_MYSQL =
      List.of(
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
          "CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_hu_0900_ai_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_ja_0900_as_cs");

  public static final List<String> OF_MARIADB =
      List.of(
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_nopad_as_cs",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_nopad_ci",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin",
          "VARCHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_danish_ai_ci");

  private KeySamples() {}

  /** Definitions of columns, and of what else a table is to have behind them. */
  public static List<String> types(boolean mariaDb) {
    return Stream.of(OF_NUMBERS, OF_TEXTS, mariaDb ? OF_MARIADB : OF_MYSQL)
        .flatMap(List::stream)
        .toList();
  }
}
