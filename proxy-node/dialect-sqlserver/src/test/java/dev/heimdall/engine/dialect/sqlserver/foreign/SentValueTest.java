package dev.heimdall.engine.dialect.sqlserver.foreign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SentValueTest {
  /** TYPE_INFO and value, as the protocol's specification has them. */
  @ParameterizedTest
  @CsvSource({
    "32 01, true",
    "68 01 00,",
    "68 01 01 00, false",
    "3b cdcc8c3f, 1.1",
    "3e 9a9999999999b93f, 0.1",
    "6d 04 04 cdcc8c3f, 1.1",
    "6d 08 08 ffffffffffffefff, -1.7976931348623157E308",
    "6a 11 26 02 00,",
    "6a 11 26 02 11 01 ffffffff3f228a097ac4865aa84c3b4b, 999999999999999999999999999999999999.99",
    "6c 05 05 00 05 00 39300000, -12345",
    "3c ffffffff ffffffff, -0.0001",
    "7a 393000 00, 1.2345",
    "6e 08 04 ffffff7f, 214748.3647",
    "6e 08 08 ffffff7f ffffffff, 922337203685477.5807",
    "28 00,",
    "28 03 000000, 0001-01-01",
    "28 03 dab937, 9999-12-31",
    "29 00 03 7f5101, 23:59:59",
    "29 07 05 01 00 00 00 00, 00:00:00.000000100",
    "2a 07 08 ff bf 69 2a c9 da b9 37, 9999-12-31T23:59:59.999999900",
    "2a 00 06 00 00 00 00 00 00, 0001-01-01T00:00",
    "2b 00 08 00 00 00 00 00 00 b8 fc, 0000-12-31T10:00-14:00",
    "2b 00 08 00 00 00 00 00 00 48 03, 0001-01-01T14:00+14:00",
    "3a 0000 0000, 1900-01-01T00:00",
    "6f 08 04 ffff 9f05, 2079-06-06T23:59",
    "3d 462effff 00000000, 1753-01-01T00:00",
    "6f 08 08 00000000 01000000, 1900-01-01T00:00:00.003",
    "6f 08 08 00000000 02000000, 1900-01-01T00:00:00.007",
    "6f 08 08 7f242d00 ff818b01, 9999-12-31T23:59:59.997",
  })
  void aValueIsWhatItsBytesSay(String bytes, String value) {
    Object read = SentValue.of(HexFormat.of().parseHex(bytes.replace(" ", "")));

    assertThat(read == null ? null : read.toString()).isEqualTo(value);
  }
}
