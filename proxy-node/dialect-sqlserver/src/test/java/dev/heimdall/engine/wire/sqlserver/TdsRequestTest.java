package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Requests, as the specification's own examples have them, and what no client was recorded with.
 */
class TdsRequestTest {
  private static final String HEADERS = "16000000 12000000 0200 0100000000000000 01000000";

  @Test
  void preloginOfTheSpecification() {
    ByteBuf in =
        bytes(
            "00 001a 0006 01 0020 0001 02 0021 0001 03 0022 0004 04 0026 0001 ff"
                + "09 00 0000 0000 01 00 b80d0000 01");
    ByteBuf copy = in.copy();
    Prelogin prelogin = Prelogin.read(in);
    assertThat(prelogin.encryption()).isEqualTo(Prelogin.ENCRYPT_ON);
    assertThat(prelogin.mars()).isTrue();
    assertThat(prelogin.fedAuthRequired()).isFalse();
    assertThat(prelogin.value(Prelogin.VERSION)).containsExactly(9, 0, 0, 0, 0, 0);
    ByteBuf out = Unpooled.buffer();
    prelogin.write(out);
    assertThat(out).isEqualTo(copy);
  }

  @Test
  void preloginThatIsBrokenIsAProtocolError() {
    for (String hex : new String[] {"", "00", "00 0006 0001", "00 0006 0001 ff"}) {
      assertThatThrownBy(() -> Prelogin.read(bytes(hex)))
          .as(hex)
          .isInstanceOf(TdsProtocolException.class);
    }
  }

  @Test
  void loginOfTheSpecification() {
    ByteBuf in =
        bytes(
            "88000000 02000972 00100000 00000007 00010000 00000000 e0030000 00000000 09040000"
                + "5e000800 6e000200 72000000 72000700 80000000 80000000 80000400 88000000 88000000"
                + "00508be2b78f 88000000 88000000 88000000 00000000"
                + "73006b006f00730074006f0076003100 73006100 4f00530051004c002d0033003200"
                + "4f00440042004300");
    ByteBuf copy = in.copy();
    Login7 login = Login7.read(in);
    assertThat(login.tds()).isEqualTo(TdsVersion.V7_2);
    assertThat(login.names().host()).isEqualTo("skostov1");
    assertThat(login.credentials().user()).isEqualTo("sa");
    assertThat(login.credentials().password()).isEmpty();
    assertThat(login.names().application()).isEqualTo("OSQL-32");
    assertThat(login.names().library()).isEqualTo("ODBC");
    assertThat(login.flags().odbc()).isTrue();
    assertThat(login.flags().integrated()).isFalse();
    ByteBuf out = Unpooled.buffer();
    login.write(out);
    assertThat(Login7.read(out)).usingRecursiveComparison().isEqualTo(login);
    assertThat(out.writerIndex()).isEqualTo(copy.writerIndex());
  }

  @Test
  void loginThatIsCutOrBrokenIsAProtocolError() {
    ByteBuf whole = Unpooled.buffer();
    login().write(whole);
    for (int cut = 0; cut < whole.writerIndex(); cut++) {
      ByteBuf in = whole.copy(0, cut);
      assertThatThrownBy(() -> Login7.read(in)).isInstanceOf(TdsProtocolException.class);
    }
    for (int at = 36; at < 94; at++) {
      ByteBuf in = whole.copy();
      in.setByte(at, 0xFE);
      try {
        Login7.read(in);
      } catch (TdsProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  @Test
  void loginHasAllItsFieldsAndShowsNoSecrets() {
    ByteBuf whole = Unpooled.buffer();
    login().write(whole);
    assertThat(ByteBufUtil.hexDump(whole)).doesNotContain("73006500630072006500740031");
    Login7 read = Login7.read(whole);
    assertThat(read).usingRecursiveComparison().isEqualTo(login());
    assertThat(read.flags().readOnly()).isTrue();
    assertThat(read.flags().changesPassword()).isTrue();
    assertThat(read.credentials().newPassword()).isEqualTo("secret2");
    assertThat(read.feature(LoginFeature.FEDAUTH).data()).containsExactly(115, 101, 99);
    assertThat(read.toString()).doesNotContain("secret").doesNotContain("115");
  }

  /** As tedious announces one in all versions. */
  @Test
  void anExtensionOfAnOlderVersionIsNone() {
    ByteBuf out = Unpooled.buffer();
    login().write(out);
    out.setIntLE(4, TdsVersion.V7_3B.number());
    out.setShortLE(58, 0); // the length of an extension

    Login7 read = Login7.read(out);

    assertThat(read.features()).isEmpty();
    assertThat(read.credentials().user()).isEqualTo("user");
  }

  private static Login7 login() {
    return new Login7(
        new Login7.Client(0x74000004, 8000, 1, 2, 3, -60, 0x409, new byte[] {1, 2, 3, 4, 5, 6}),
        new Login7.Flags(0xE0, 0x03, 0x20, 0x11),
        new Login7.Credentials("user", "secret1\u00e9\u20ac", "secret2", new byte[] {9, 8}),
        new Login7.Names("host", "app", "server", "lib", "us_english", "db", "file.mdf"),
        List.of(
            new LoginFeature(LoginFeature.FEDAUTH, new byte[] {115, 101, 99}),
            new LoginFeature(LoginFeature.UTF8_SUPPORT, new byte[0])));
  }

  @Test
  void callOfTheSpecification() {
    assertThat(request(HEADERS + "0400 66006f006f003300 0000 00 02 26 02 00"))
        .isEqualTo("RPC CALL/0/foo3 P//26 END/false");
  }

  @Test
  void batchOfTheSpecification() {
    ByteBuf in = bytes(HEADERS + "0a00 7300 6500 6c00 6500 6300 7400 2000 3100");
    TdsText text = new TdsText(100);
    SqlBatch.read(in, 0, in.writerIndex(), TdsVersion.V7_4, text);
    assertThat(text.text()).isEqualTo("\nselect 1");
    assertThat(AllHeaders.transaction(in, 0, in.writerIndex())).isEqualTo(1);
  }

  @Test
  void severalCallsInAMessage() {
    String execute = "ffff 0c00 0000 00 00 26 04 04 05000000";
    assertThat(request(HEADERS + execute + "ff" + execute))
        .isEqualTo("RPC CALL/12/ P//26 HANDLE/5 END/true CALL/12/ P//26 HANDLE/5 END/false");
  }

  @Test
  void namesThatMeanANumber() {
    for (String name :
        new String[] {"sp_execute", "SP_Execute", "[sys].[sp_execute]", "dbo.\"sp_execute\""}) {
      assertThat(request(HEADERS + name(name) + "0000 00 00 38 05000000"))
          .isEqualTo("RPC CALL/12/" + name + " P//38 HANDLE/5 END/false");
    }
    for (String name :
        new String[] {
          "sp_execute;2",
          "xsp_execute",
          "execute",
          "sp_executes",
          "master..sp_execute",
          "x.sp_execute",
          " sp_execute"
        }) {
      assertThat(request(HEADERS + name(name) + "0000 00 00 38 05000000"))
          .isEqualTo("RPC CALL/0/" + name + " P//38 END/false");
    }
  }

  @Test
  void tablesAsValues() {
    String type = "f3 00 01 7300 01 7400";
    String columns = "0200 00000000 0000 26 04 00 00000000 0002 e7 4000 0904d00034 00";
    String options = "10 0100 0000 01 11 0100 0000 00";
    String rows = "01 04 07000000 01 00 00";
    String behind = "00 00 38 07000000";
    assertThat(
            request(HEADERS + name("p") + "0000 00 00" + type + columns + options + rows + behind))
        .isEqualTo("RPC CALL/0/p P//f3 P//38 END/false");
    assertThat(request(HEADERS + name("p") + "0000 00 00" + type + "ffff 00 00" + behind))
        .isEqualTo("RPC CALL/0/p P//f3 P//38 END/false");
  }

  @Test
  void encryptedValuesHaveTheirKeysBehindThem() {
    String cipher = "38 02 01 01000000 02000000 03000000 0000000000000000 01";
    assertThat(
            request(
                HEADERS + name("p") + "0000 00 08 a5 4000 0100 07" + cipher + "00 00 38 07000000"))
        .isEqualTo("RPC CALL/0/p P//a5 P//38 END/false");
  }

  @Test
  void longTypesHaveNoPointersInRequests() {
    assertThat(
            request(
                HEADERS
                    + "ffff 0a00 0000 00 00 63 ffffff7f 0904d00034 04000000 6100 6200"
                    + "00 00 23 ffffff7f 0904d00034 ffffffff"))
        .isEqualTo("RPC CALL/10/ P//63 STATEMENT/ab P//23 END/false");
  }

  @Test
  void aStatementThatIsNoUtf16IsNotReadable() {
    assertThat(request(HEADERS + "ffff 0a00 0000 00 00 a7 4000 0904d00034 0100 61"))
        .isEqualTo("RPC CALL/10/ P//a7 STATEMENT/? END/false");
    assertThat(request(HEADERS + "ffff 0a00 0000 00 00 e7 4000 0904d00034 ffff"))
        .isEqualTo("RPC CALL/10/ P//e7 STATEMENT/? END/false");
  }

  @Test
  void theHandlesOffsetIsItsPlaceInThePayload() {
    ByteBuf in = bytes(HEADERS + "ffff 0c00 0000 00 00 26 04 04 05000000");
    for (int cut = 0; cut <= in.writerIndex(); cut++) {
      long[] found = {-1};
      TdsRpcScanner scanner =
          new TdsRpcScanner(
              new TdsRpcListener() {
                @Override
                public void handle(int handle, long offset) {
                  found[0] = offset;
                }
              },
              100);
      scanner.begin();
      scanner.on(in, 0, cut);
      scanner.on(in, cut, in.writerIndex());
      scanner.end();
      assertThat(found[0]).isEqualTo(in.writerIndex() - 4);
    }
  }

  @Test
  void transactionsAreReadAndWrittenAgain() {
    for (String rest :
        new String[] {
          "0500 02 04 61006200", "0700 00 01 03 02 6100", "0800 02 6100 00", "0900 02 6100"
        }) {
      ByteBuf in = bytes(HEADERS + rest);
      ByteBuf out = Unpooled.buffer();
      TransactionRequest.read(in, 0, in.writerIndex(), TdsVersion.V7_4).write(out, 1);
      assertThat(out).isEqualTo(in);
    }
    for (String rest :
        new String[] {
          "",
          "05",
          "0500",
          "0500 09 00",
          "6300",
          "0700 02 61",
          "0700",
          "0700 00",
          "0700 00 01",
          "0700 00 01 00",
          "0800 01 61 00",
          "0500 00 00 00",
          "0900 00 00",
          "0700 00 00 00"
        }) {
      ByteBuf in = bytes(HEADERS + rest);
      assertThatThrownBy(() -> TransactionRequest.read(in, 0, in.writerIndex(), TdsVersion.V7_4))
          .as(rest)
          .isInstanceOf(TdsProtocolException.class);
    }
  }

  private static String request(String payload) {
    ByteBuf out = Unpooled.buffer();
    TdsPacket.write(out, TdsPacket.RPC, 0, 0, 64, bytes(payload));
    TdsRequestTrace whole = new TdsRequestTrace(TdsVersion.V7_4);
    whole.on(out, 0, out.writerIndex());
    for (int cut = 0; cut <= out.writerIndex(); cut++) {
      TdsRequestTrace trace = new TdsRequestTrace(TdsVersion.V7_4);
      trace.on(out, 0, cut);
      trace.on(out, cut, out.writerIndex());
      assertThat(trace.lines()).isEqualTo(whole.lines());
    }
    return String.join("\n", whole.lines());
  }

  private static String name(String name) {
    ByteBuf out = Unpooled.buffer();
    TdsStrings.writeShort(out, name);
    return ByteBufUtil.hexDump(out);
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
  }
}
