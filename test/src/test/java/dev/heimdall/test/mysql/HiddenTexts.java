package dev.heimdall.test.mysql;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Texts, byte for byte, in which something is hidden behind quotes, comments and characters of
 * several bytes, behind statements that change how they are read.
 */
final class HiddenTexts {
  private static final String[] MODES = {
    "''",
    "'NO_BACKSLASH_ESCAPES'",
    "'ANSI_QUOTES'",
    "'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'",
    "'MSSQL'",
    "'ORACLE'",
    "'PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE'"
  };
  private static final String[] SETS = {
    "SET sql_mode = %s",
    "SET SESSION sql_mode = %s",
    "SET @@sql_mode = %s",
    "SET @@LOCAL.`sql_mode` = %s",
    "SET @m = %s, sql_mode = @m",
    "/*!40101 SET SQL_MODE = %s */",
    "SET STATEMENT sql_mode = %s FOR DO 1"
  };
  private static final String[] CHARSETS = {
    "utf8mb4", "latin1", "gbk", "big5", "sjis", "cp932", "koi8r", "cp1251", "euckr", "binary"
  };
  private static final String[] NAMES = {
    "SET NAMES %s", "SET character_set_client = %s", "SET @@character_set_client = %s"
  };
  private static final String[] FRAMES = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT a", "DO 1"};
  private static final String[] OPENING = {
    "'",
    "\"",
    "`",
    "x'",
    "b'",
    "N'",
    "_utf8mb4'",
    "_gbk'",
    "'' '",
    "1 AS '",
    "1 AS `",
    "1 AS \"",
    "1 AS [",
    "/*",
    "/*!",
    "/*!40000 ",
    "/*!99999 ",
    "/*!50799 ",
    "/*!100000 ",
    "/*M!",
    "/*M!100000 ",
    "-- ",
    "--",
    "#",
    "1e1",
    "@'",
    "@`",
    "1 /*"
  };
  private static final String[] INSIDE = {
    "'",
    "''",
    "\"",
    "\"\"",
    "`",
    "\\",
    "\\\\",
    "\\'",
    "\\\"",
    "\u00bf\\",
    "\u0083\\",
    "\u00a4\\",
    "\u00bf'",
    "\u00ff",
    "\u00a0",
    "\u009a",
    "a",
    "1",
    "/*",
    "*/",
    "--",
    "-- ",
    "#",
    "\n",
    "[",
    "]",
    " ",
    "\t"
  };
  private static final String[] CLOSING = {"'", "\"", "`", "]", "*/", "\n", " */", "", "\\'", "''"};
  private static final String[] LAST = {
    "", " -- '", " -- \"", " # '\"`", " /* ' */", ", ''", " -- ` */", "\u00a0-- '"
  };

  private final Random random;

  HiddenTexts(Random random) {
    this.random = random;
  }

  /** What a client sends, one after the other; {@code %s} stands for what is hidden. */
  List<String> next() {
    List<String> texts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      text.append(setting());
      if (random.nextBoolean()) {
        texts.add(text.toString());
        text.setLength(0);
      } else {
        text.append("; ");
      }
    }
    texts.add(text.append(probe()).toString());
    return texts;
  }

  private String setting() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> one(SETS).replace("%s", one(MODES));
      case 2, 3 -> one(NAMES).replace("%s", one(CHARSETS));
      default -> one(FRAMES);
    };
  }

  private String probe() {
    StringBuilder probe = new StringBuilder("SELECT 1");
    int pieces = 1 + random.nextInt(2);
    int hidden = random.nextInt(pieces + 1);
    for (int i = 0; i <= pieces; i++) {
      if (i == hidden) {
        probe.append(", %s");
      }
      if (i < pieces) {
        probe.append(random.nextInt(4) == 0 ? " " : ", ").append(one(OPENING));
        for (int j = random.nextInt(4); j > 0; j--) {
          probe.append(one(INSIDE));
        }
        probe.append(one(CLOSING));
      }
    }
    return probe.append(one(LAST)).toString();
  }

  private String one(String... of) {
    return of[random.nextInt(of.length)];
  }
}
