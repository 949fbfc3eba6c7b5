package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodePageTest {
  @ParameterizedTest
  @CsvSource({
    "0904d00034, 80fc, €ü", // SQL_Latin1_General_CP1_CI_AS
    "0904d00000, 80fc, €ü",
    "0904d0002a, 81, ü", // SQL_Latin1_General_CP850_CI_AS
    "0904d0001e, 9f, ƒ", // SQL_Latin1_General_CP437_BIN
    "0904d00434, e282ac, €", // of UTF-8
    "0504d00000, 8a, Š", // Czech
    "1904d00000, c0, А", // Cyrillic
    "0804d00000, c1, Α", // Greek
    "1f04d00000, d0, Ğ", // Turkish
    "1104d00000, 82a0, あ", // Japanese
    "0904d00000, 81,", // of no character
    "0904d00434, fc,",
    "3904d00000, fc,", // of a language without a code page
    "0904d000ff, fc,",
  })
  void charactersAreThoseOfTheCollation(String collation, String bytes, String text) {
    ByteBuf in = Unpooled.wrappedBuffer(HexFormat.of().parseHex(collation));

    assertThat(CodePage.decode(in, 0, HexFormat.of().parseHex(bytes))).isEqualTo(text);
  }
}
