package dev.heimdall.engine.dialect.sqlserver.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.engine.wire.sqlserver.AllHeaders;
import dev.heimdall.engine.wire.sqlserver.TdsProtocolException;
import dev.heimdall.engine.wire.sqlserver.TdsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientRequestTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SELECT 1",
        "SELECT 'ends in ASCII\u007f'",
        "SELECT 'Grüße', N'\u20ac'",
        "SELECT N'\ud83d\ude00' -- behind a surrogate pair",
        "Ā\u0100A"
      })
  void aBatchIsReadInUtf8(String text) {
    for (TdsVersion version : new TdsVersion[] {TdsVersion.V7_1, TdsVersion.V7_4}) {
      for (boolean odd : new boolean[] {false, true}) {
        ByteBuf payload = Unpooled.buffer();
        if (version.hasHeaders()) {
          AllHeaders.write(payload, 7);
        }
        payload.writeCharSequence(text, StandardCharsets.UTF_16LE);
        if (odd) {
          payload.writeZero(1);
          assertThatThrownBy(() -> ClientRequest.text(payload, version))
              .isInstanceOf(TdsProtocolException.class);
          continue;
        }
        assertThat(new String(ClientRequest.text(payload, version), StandardCharsets.UTF_8))
            .isEqualTo(text);
      }
    }
  }
}
