package dev.heimdall.test.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.dialect.postgres.sql.PostgresSql;
import dev.heimdall.engine.dialect.sqlserver.sql.SqlServerSql;
import dev.heimdall.engine.sql.Fingerprinter;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.SqlDialect;
import dev.heimdall.engine.sql.StatementSplitter;
import dev.heimdall.engine.sql.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random and damaged SQL. {@code -Dfuzz.rounds} is the number of texts of each test, {@code
 * -Dfuzz.seed} repeats a run.
 */
class SqlFuzzTest {
  private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 20_000);
  private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

  private static final List<byte[]> SAMPLES =
      List.of(
          bytes("SELECT a, \"B\", `c`, [d] FROM t WHERE e IN (1, 2, -3) AND f = 'it''s' -- end"),
          bytes("INSERT INTO t VALUES (1, 'a\\'b'), (2, E'\\''), (3, $x$ $y$ $x$) RETURNING *"),
          bytes("WITH w AS (DELETE FROM t USING u RETURNING a) SELECT /*+ hint */ f(w.a) FROM w"),
          bytes(
              "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE a WHEN 1 THEN 2 END; END"),
          bytes(
              "SELECT U&\"d!0061\" UESCAPE '!', x'1F', 0x1f, 1e10, .5, $1, ?, @v, #t /* /* */ */"),
          bytes("/*!50110 SELECT 1 */; # comment\nUPDATE a SET b[1].c = (SELECT d FROM e) FROM f"),
          bytes("EXPLAIN (ANALYZE) MERGE INTO t USING u ON a = b WHEN MATCHED THEN DO NOTHING"),
          bytes("COPY (SELECT * FROM a, LATERAL g(b) AS k(c)) TO STDOUT; LOCK TABLE ONLY t"));

  private final Random random = new Random(SEED);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private LexerMode anyMode() {
    return new LexerMode(random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
  }

  private static Stream<SqlDialect> dialects() {
    return Stream.of(PostgresSql.DIALECT, MysqlSql.DIALECT, SqlServerSql.DIALECT);
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void damagedTextIsReadToItsEnd(SqlDialect dialect) {
    Mutator mutator = new Mutator(random, SAMPLES);
    Fingerprinter fingerprinter = new Fingerprinter(dialect, 1, 2);
    StatementSplitter splitter = new StatementSplitter(dialect);
    Tokenizer tokenizer = new Tokenizer(dialect);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] text = mutator.next();
      LexerMode mode = anyMode();
      int offset = random.nextInt(text.length + 1);
      int length = text.length - offset;
      fingerprinter.read(text, offset, length, mode);
      long high = fingerprinter.high();
      fingerprinter.normalised(text, offset, length, mode);
      assertThat(fingerprinter.high()).as("seed %d", SEED).isEqualTo(high);
      int statements = splitter.split(text, offset, length, mode);
      int end = offset;
      for (int s = 0; s < statements; s++) {
        assertThat(splitter.start(s)).as("seed %d", SEED).isGreaterThanOrEqualTo(end);
        end = splitter.end(s);
        assertThat(end).isBetween(splitter.start(s), text.length);
      }
      tokenizer.read(text, offset, length, mode, 1000);
    }
  }

  @ParameterizedTest
  @MethodSource("dialects")
  void damagedTextIsParsedWithoutAnException(SqlDialect dialect) {
    Mutator mutator = new Mutator(random, SAMPLES);
    for (int i = 0; i < ROUNDS / 10; i++) {
      String text = new String(mutator.next(), StandardCharsets.UTF_8);
      assertThat(dialect.parse(text, anyMode()).kind()).as("seed %d: %s", SEED, text).isNotNull();
    }
  }

  /** A statement of which only spaces, comments, case and literals are still to be chosen. */
  private static final class Sketch {
    private static final String[] WORDS = {
      "select", "from", "where", "and", "a", "b1", "customer", "a_rather_long_name", "in", "join"
    };
    private static final String[] SIGNS = {"(", ")", ",", ".", "[", "]", "::", ";"};
    private static final String[] OPERATORS = {"=", "<", "<=", "||", "@>", "-", "->>", "~*", "@-"};
    private static final String[] QUOTED = {"\"A\"", "\"a\"", "\"x y\"\"z\""};

    private final List<String> atoms = new ArrayList<>();
    private final Random random;

    Sketch(Random random) {
      this.random = random;
      int n = 3 + random.nextInt(25);
      for (int i = 0; i < n; i++) {
        add();
      }
      // Behind the last statement semicolons are nothing.
      atoms.add("z");
    }

    private void add() {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> atoms.add(any(WORDS));
        case 3 -> atoms.add(any(SIGNS));
        case 4 -> {
          // Between two words, so that a sign is no part of a number.
          atoms.add("a");
          atoms.add(any(OPERATORS));
          atoms.add("b");
        }
        case 5 -> atoms.add(any(QUOTED));
        case 6 -> {
          atoms.add("c");
          atoms.add("=");
          atoms.add("?"); // a literal
          atoms.add(",");
        }
        default -> {
          atoms.add("d");
          atoms.add("in");
          atoms.add("(");
          atoms.add("??"); // some literals
          atoms.add(")");
        }
      }
    }

    private String any(String[] choices) {
      return choices[random.nextInt(choices.length)];
    }

    /** Another statement: one of its atoms is another. */
    boolean change() {
      int at = random.nextInt(atoms.size() - 1);
      String old = atoms.get(at);
      String[] kin =
          List.of(WORDS).contains(old)
              ? new String[] {"another", "\"" + old + "\""}
              : List.of(OPERATORS).contains(old) ? new String[] {"&&&", "+"} : new String[] {"e"};
      if (old.startsWith("?") || old.equals(";") || old.equals("in") || old.equals("e")) {
        return false;
      }
      atoms.set(at, any(kin));
      return true;
    }

    byte[] write() {
      StringBuilder text = new StringBuilder();
      for (String atom : atoms) {
        text.append(blank());
        switch (atom) {
          case "?" -> text.append(literal());
          case "??" -> {
            text.append(literal());
            for (int i = random.nextInt(4); i > 0; i--) {
              text.append(',').append(blank()).append(literal());
            }
          }
          default ->
              text.append(random.nextBoolean() || atom.startsWith("\"") ? atom : upper(atom));
        }
      }
      return bytes(text.append(blank()).toString());
    }

    private String upper(String atom) {
      StringBuilder text = new StringBuilder(atom);
      for (int i = 0; i < atom.length(); i++) {
        if (random.nextBoolean()) {
          text.setCharAt(i, Character.toUpperCase(atom.charAt(i)));
        }
      }
      return text.toString();
    }

    private String literal() {
      return any(
          new String[] {
            "1", "-7", "2.5e3", "''", "'it''s; --'", "E'\\''", "$q$ ' $q$", "$3", "B'01'", "0xff"
          });
    }

    private String blank() {
      return any(new String[] {" ", "\n", " \t ", " /* a /* b */ ' */ ", " -- c '\n"});
    }
  }

  @Test
  void theSameStatementHasTheSameFingerprintHoweverItIsWritten() {
    Fingerprinter fingerprinter = new Fingerprinter(PostgresSql.DIALECT, 1, 2);
    int changed = 0;
    for (int i = 0; i < ROUNDS; i++) {
      Sketch sketch = new Sketch(random);
      byte[] one = sketch.write();
      byte[] other = sketch.write();
      fingerprinter.read(one, 0, one.length, LexerMode.STANDARD);
      long high = fingerprinter.high();
      long low = fingerprinter.low();
      fingerprinter.read(other, 0, other.length, LexerMode.STANDARD);
      assertThat(fingerprinter.high() == high && fingerprinter.low() == low)
          .as("seed %d:%n%s%n%s", SEED, new String(one), new String(other))
          .isTrue();
      if (sketch.change()) {
        changed++;
        byte[] another = sketch.write();
        fingerprinter.read(another, 0, another.length, LexerMode.STANDARD);
        assertThat(fingerprinter.high() != high && fingerprinter.low() != low)
            .as("seed %d:%n%s%n%s", SEED, new String(one), new String(another))
            .isTrue();
      }
    }
    assertThat(changed).isGreaterThan(ROUNDS / 4);
  }
}
