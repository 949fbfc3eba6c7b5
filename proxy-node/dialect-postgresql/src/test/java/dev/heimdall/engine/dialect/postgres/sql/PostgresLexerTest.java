package dev.heimdall.engine.dialect.postgres.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.sql.Lexer;
import dev.heimdall.engine.sql.LexerMode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresLexerTest {
  private final Lexer lexer = new PostgresLexer();

  @Test
  void wordsNumbersAndPunctuationAreTokens() {
    assertThat(tokens("SELECT a_1, $2 FROM x.y;"))
        .isEqualTo("word SELECT|word a_1|,|param $2|word FROM|word x|.|word y|;|end");
  }

  @Test
  void operatorsComeByteByByte() {
    assertThat(tokens("a<>b::text")).isEqualTo("word a|<|>|word b|:|:|word text|end");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      ignoreLeadingAndTrailingWhitespace = false,
      quoteCharacter = '`',
      value = {
        "1~number 1|end",
        "1.5e-10~number 1.5e-10|end",
        ".5~number .5|end",
        "1.~number 1.|end",
        "1..2~number 1|.|number .2|end",
        "1_000~number 1_000|end",
        "0x1F~number 0x1F|end",
        "0o17~number 0o17|end",
        "0b101~number 0b101|end",
        "1e~number 1|word e|end",
        "1e+~number 1|word e|+|end",
        "1FROM~number 1|word FROM|end",
        "1_a~number 1|word _a|end",
        "0xg~number 0|word xg|end",
        "a.5~word a|number .5|end",
      })
  void numbersEndWhereTheServerEndsThem(String sql, String expected) {
    assertThat(tokens(sql)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "''~string ''|end",
        "'a;b'~string 'a;b'|end",
        "'it''s'~string 'it''s'|end",
        "'a\\'~string 'a\\'|end",
        "E'a\\''~escape E'a\\''|end",
        "e'\\\\'~escape e'\\\\'|end",
        "U&'a\\'~unicode U&'a\\'|end",
        "b'01'~bits b'01'|end",
        "X'1F'~bits X'1F'|end",
        "n'a'~word n|string 'a'|end",
        "re'a'~word re|string 'a'|end",
        "u & 'a'~word u|&|string 'a'|end",
        "'a' 'b'~string 'a'|string 'b'|end",
        "$$a'b$$~dollar $$a'b$$|end",
        "$x$a$$b$y$c$x$~dollar $x$a$$b$y$c$x$|end",
        "$x$a$xx$b$x$~dollar $x$a$xx$b$x$|end",
        "$x$$x$x$~dollar $x$$x$|word x$|end",
        "$X$a$x$ b$X$~dollar $X$a$x$ b$X$|end",
        "a$$b$$~word a$$b$$|end",
        "1$$b$$~number 1|dollar $$b$$|end",
        "$é$a$é$~dollar $é$a$é$|end",
        "$a b$~$|word a|word b$|end",
        "$1$2~param $1|param $2|end",
        "$1a~param $1|word a|end",
        "\"a;\"~quoted \"a;\"|end",
        "\"a\"\"b\"~quoted \"a\"\"b\"|end",
        "U&\"a\"~unicodeQuoted U&\"a\"|end",
        "u&a~word u|&|word a|end",
      })
  void literalsAndQuotedNamesAreOneTokenEach(String sql, String expected) {
    assertThat(tokens(sql)).isEqualTo(expected);
  }

  @Test
  void literalGoesOnAfterALineBreak() {
    assertThat(tokens("'a'\n'b' c")).isEqualTo("string 'a'\n'b'|word c|end");
    assertThat(tokens("'a' -- x\r 'b'")).isEqualTo("string 'a' -- x\r 'b'|end");
    assertThat(tokens("E'a'\n'\\'' c")).isEqualTo("escape E'a'\n'\\''|word c|end");
    assertThat(tokens("'a'\n'\\' c")).isEqualTo("string 'a'\n'\\'|word c|end");
    assertThat(tokens("'a' /* \n */ 'b'")).isEqualTo("string 'a'|string 'b'|end");
    assertThat(tokens("'a'\n-b")).isEqualTo("string 'a'|-|word b|end");
  }

  @Test
  void literalIsPlainOnlyIfItStandsForWhatIsWritten() {
    assertThat(plain("'a'")).isTrue();
    assertThat(plain("''")).isTrue();
    assertThat(plain("$$a''$$")).isTrue();
    assertThat(plain("\"a\"")).isTrue();
    assertThat(plain("E'a'")).isTrue();
    assertThat(plain("'a''b'")).isFalse();
    assertThat(plain("'a'\n'b'")).isFalse();
    assertThat(plain("E'\\x41'")).isFalse();
    assertThat(plain("\"a\"\"b\"")).isFalse();
    assertThat(plain("U&\"\\0041\"")).isFalse();
  }

  @Test
  void backslashEscapesInPlainLiteralsIfStringsAreNotStandard() {
    byte[] sql = "'a\\'d' c".getBytes(StandardCharsets.UTF_8);
    lexer.reset(sql, 0, sql.length, LexerMode.ESCAPES);
    assertThat(lexer.next()).isEqualTo(Lexer.ESCAPE_STRING);
    assertThat(lexer.next()).isEqualTo(Lexer.WORD);
    lexer.reset(sql, 0, sql.length, LexerMode.STANDARD);
    assertThat(lexer.next()).isEqualTo(Lexer.STRING);
    assertThat(lexer.next()).isEqualTo(Lexer.WORD);
    assertThat(lexer.next()).isEqualTo(Lexer.BROKEN);
  }

  @Test
  void commentsAndWhiteSpaceAreSkipped() {
    assertThat(tokens("a--b\nc")).isEqualTo("word a|word c|end");
    assertThat(tokens("a--b\rc")).isEqualTo("word a|word c|end");
    assertThat(tokens("a -- b")).isEqualTo("word a|end");
    assertThat(tokens("a/*b*/c")).isEqualTo("word a|word c|end");
    assertThat(tokens("a/*b/*c*/d*/e")).isEqualTo("word a|word e|end");
    assertThat(tokens("/*/*/**/*/*/a")).isEqualTo("word a|end");
    assertThat(tokens("a/*'*/b")).isEqualTo("word a|word b|end");
    assertThat(tokens("a+--b\n+/**/-c")).isEqualTo("word a|+|+|-|word c|end");
    assertThat(tokens(" \t\r\n\f\u000ba")).isEqualTo("word a|end");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "'a",
        "E'a\\'",
        "\"a",
        "$$a",
        "$x$a$y$",
        "/* a",
        "/* /* */",
        "/*/",
        "U&'a",
        "b'1",
        "E'\\"
      })
  void textThatEndsInsideATokenIsBroken(String sql) {
    assertThat(tokens(sql)).isEqualTo("broken");
  }

  @Test
  void nothingFollowsTheEnd() {
    assertThat(tokens("")).isEqualTo("end");
    assertThat(lexer.next()).isEqualTo(Lexer.END);
    assertThat(tokens("'a\n''")).isEqualTo("broken");
    assertThat(lexer.next()).isEqualTo(Lexer.END);
  }

  @Test
  void bytesOutsideTheGivenPartAreNotLookedAt() {
    byte[] sql = "'a b c' d".getBytes(StandardCharsets.UTF_8);
    lexer.reset(sql, 3, 1, LexerMode.STANDARD);
    assertThat(lexer.next()).isEqualTo(Lexer.WORD);
    assertThat(lexer.start()).isEqualTo(3);
    assertThat(lexer.end()).isEqualTo(4);
    assertThat(lexer.next()).isEqualTo(Lexer.END);
  }

  @Test
  void identifiersAreFoldedOnlyWithoutQuotes() {
    assertThat(name("Ab_C$1")).isEqualTo("ab_c$1");
    assertThat(name("\"Ab\"\"C\"")).isEqualTo("Ab\"C");
    assertThat(name("ÄÖü")).isEqualTo("ÄÖü");
  }

  @Test
  void identifiersAreCutWhereTheServerCutsThem() {
    assertThat(name("a".repeat(70))).isEqualTo("a".repeat(63));
    assertThat(name("a".repeat(62) + "é")).isEqualTo("a".repeat(62));
    assertThat(name("\"" + "a".repeat(61) + "éé\"")).isEqualTo("a".repeat(61) + "é");
  }

  @Test
  void differentNamesThatAreNoUtf8StayDifferent() {
    assertThat(name("\u00e4", StandardCharsets.ISO_8859_1))
        .isNotEqualTo(name("\u00f6", StandardCharsets.ISO_8859_1));
  }

  private String name(String sql) {
    return name(sql, StandardCharsets.UTF_8);
  }

  private String name(String sql, Charset charset) {
    byte[] bytes = sql.getBytes(charset);
    lexer.reset(bytes, 0, bytes.length, LexerMode.STANDARD);
    lexer.next();
    return lexer.identifier(lexer.start(), lexer.end());
  }

  private boolean plain(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    lexer.reset(bytes, 0, bytes.length, LexerMode.STANDARD);
    lexer.next();
    return lexer.plain();
  }

  private String tokens(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    lexer.reset(bytes, 0, bytes.length, LexerMode.STANDARD);
    StringJoiner joined = new StringJoiner("|");
    int token;
    do {
      token = lexer.next();
      String text =
          new String(bytes, lexer.start(), lexer.end() - lexer.start(), StandardCharsets.UTF_8);
      joined.add(
          switch (token) {
            case Lexer.END -> "end";
            case Lexer.BROKEN -> "broken";
            case Lexer.WORD -> "word " + text;
            case Lexer.QUOTED -> "quoted " + text;
            case Lexer.UNICODE_QUOTED -> "unicodeQuoted " + text;
            case Lexer.STRING -> "string " + text;
            case Lexer.ESCAPE_STRING -> "escape " + text;
            case Lexer.UNICODE_STRING -> "unicode " + text;
            case Lexer.BIT_STRING -> "bits " + text;
            case Lexer.DOLLAR_STRING -> "dollar " + text;
            case Lexer.NUMBER -> "number " + text;
            case Lexer.PARAMETER -> "param " + text;
            default -> text;
          });
    } while (token >= 0);
    return joined.toString();
  }
}
