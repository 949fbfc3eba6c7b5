package dev.heimdall.engine.wire.sqlserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens one by one, as the specification has them. */
class TdsTokenTest {
  private static final String DONE = "fd 0000 0000 0000000000000000";

  /** Columns of all types, with a value of each, and NULL where there is one. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "null       | 1f                              |                          |",
        "tinyint    | 30                              | 07                       |",
        "bit        | 32                              | 01                       |",
        "smallint   | 34                              | 0700                     |",
        "int        | 38                              | 07000000                 |",
        "smalldate  | 3a                              | 07000000                 |",
        "real       | 3b                              | 07000000                 |",
        "money      | 3c                              | 0700000000000000         |",
        "datetime   | 3d                              | 0700000000000000         |",
        "float      | 3e                              | 0700000000000000         |",
        "smallmoney | 7a                              | 07000000                 |",
        "bigint     | 7f                              | 0700000000000000         |",
        "guid       | 24 10                           | 10 000102030405060708090a0b0c0d0e0f | 00",
        "intn       | 26 04                           | 04 07000000              | 00",
        "bitn       | 68 01                           | 01 01                    | 00",
        "decimaln   | 6a 11 12 02                     | 05 01 07000000           | 00",
        "numericn   | 6c 11 12 02                     | 05 01 07000000           | 00",
        "decimal    | 37 11 12 02                     | 05 01 07000000           | 00",
        "numeric    | 3f 11 12 02                     | 05 01 07000000           | 00",
        "floatn     | 6d 08                           | 08 0700000000000000      | 00",
        "moneyn     | 6e 08                           | 08 0700000000000000      | 00",
        "datetimen  | 6f 08                           | 08 0700000000000000      | 00",
        "date       | 28                              | 03 070000                | 00",
        "time       | 29 07                           | 05 0700000000            | 00",
        "datetime2  | 2a 07                           | 08 0700000000070000      | 00",
        "offset     | 2b 07                           | 0a 07000000000700003c00  | 00",
        "varchar1   | 27 ff                           | 02 6162                  | 00",
        "varbinary1 | 25 ff                           | 02 6162                  | 00",
        "char1      | 2f ff                           | 02 6162                  | 00",
        "binary1    | 2d ff                           | 02 6162                  | 00",
        "varbinary  | a5 401f                         | 0200 6162                | ffff",
        "binary     | ad 401f                         | 0200 6162                | ffff",
        "varchar    | a7 401f 0904d00034              | 0200 6162                | ffff",
        "char       | af 401f 0904d00034              | 0200 6162                | ffff",
        "nvarchar   | e7 401f 0904d00034              | 0200 6100                | ffff",
        "nchar      | ef 401f 0904d00034              | 0200 6100                | ffff",
        "max        | e7 ffff 0904d00034              | 0400000000000000 02000000 6100 02000000 6200 00000000 | ffffffffffffffff",
        "unknown    | a5 ffff                         | feffffffffffffff 01000000 61 00000000 | ffffffffffffffff",
        "xml        | f1 00                           | 0200000000000000 02000000 6162 00000000 | ffffffffffffffff",
        "schema     | f1 01 01 6400 01 7300 0100 6300 | 0200000000000000 02000000 6162 00000000 | ffffffffffffffff",
        "udt        | f0 ffff 01 6400 01 7300 01 7400 0200 61006200 | 0200000000000000 02000000 6162 00000000 | ffffffffffffffff",
        "variant    | 62 491f0000                     | 06000000 3800 07000000   | 00000000",
        "json       | f4                              | 0200000000000000 02000000 7b7d 00000000 | ffffffffffffffff",
        "vector     | f5 1400 00                      | 0800 0102030405060708    | ffff",
      })
  void rowsArePassedOverByTheirLengths(String name, String type, String value, String none) {
    String column = "00000000 0100" + type + "01 6100";
    StringBuilder bytes = new StringBuilder("81 0200" + column + column);
    String filled = value == null ? "" : value;
    bytes.append("d1").append(filled).append(filled);
    bytes.append("d2 02").append(filled);
    bytes.append("d2 03");
    int rows = 3;
    if (none != null) {
      bytes.append("d1").append(none).append(filled).append("d1").append(filled).append(none);
      rows += 2;
    }
    everywhereCut(bytes + DONE, TdsVersion.V7_4, "COLUMNS/2 DONE/0/0", rows);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text  | 23 ffffff7f 0904d00034 | 10 000102030405060708090a0b0c0d0e0f 0011223344556677 02000000 6162 | 00",
        "ntext | 63 ffffff7f 0904d00034 | 10 000102030405060708090a0b0c0d0e0f 0011223344556677 02000000 6100 | 00",
        "image | 22 ffffff7f            | 10 000102030405060708090a0b0c0d0e0f 0011223344556677 02000000 6162 | 00",
      })
  void longTypesHaveTheirTablesName(String name, String type, String value, String none) {
    String rows = "d1" + value + "d1" + none + "d2 00" + value + "d2 01";
    String parts = "02 0100 7300 0100 7400";
    everywhereCut(
        "81 0100 00000000 0100" + type + parts + "01 6100" + rows + DONE,
        TdsVersion.V7_4,
        "COLUMNS/1 DONE/0/0",
        4);
    everywhereCut(
        "81 0100 0000 0100" + type + "0100 7400 01 6100" + rows + "fd 0000 0000 00000000",
        TdsVersion.V7_1,
        "COLUMNS/1 DONE/0/0",
        4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "order        | a9 0200 0100                                 |",
        "tabname      | a4 0600 01 0100 7400 00                      |",
        "colinfo      | a5 0300 010004                               |",
        "offset       | 78 0100 0500                                 |",
        "status       | 79 ffffffff                                  | STATUS/-1",
        "sspi         | ed 0200 0102                                 | SSPI/2",
        "fedauth      | ee 04000000 00000000                         | FEDAUTHINFO/4",
        "database     | e3 0700 01 01 6100 01 6200                   | ENV/1",
        "collation    | e3 0800 07 05 0904d00034 00                  | ENV/7",
        "begin        | e3 0b00 08 08 0100000000000000 00            | ENV/8",
        "routing      | e3 0c00 14 0700 00 9905 0100 6800 0000       | ENV/20",
        "routing2     | e3 1000 15 0b00 00 9905 0100 6800 0100 6400 0000 | ENV/21",
        "features     | ae 0a 01000000 01 01 00000000 ff             | FEATURE/10/1 FEATURE/1/0",
        "state        | e4 0b000000 01000000 01 04 00 05 02 0102     | STATE/true PART/4/0 PART/5/2",
        "state2       | e4 0c000000 01000000 00 04 ff 01000000 07    | STATE/false PART/4/1",
        "value        | ac 0000 01 4000 01 00000000 0000 26 04 04 05000000 | VALUE/0/5",
        "no value     | ac 0100 00 01 00000000 0000 26 04 00        | VALUE/1/other",
        "text value   | ac 0100 00 01 00000000 0000 e7 4000 0904d00034 0200 6100 | VALUE/1/other",
        "large value  | ac 0100 00 01 00000000 0000 e7 ffff 0904d00034 feffffffffffffff 02000000 6100 00000000 | VALUE/1/other",
        "no metadata  | 81 ffff                                      |",
        "classified   | a3 0100 01 6100 01 6200 0100 00 01 6300 0200 0000 0100 0000 0000 |",
      })
  void everyOtherTokenHasItsLength(String name, String bytes, String found) {
    String before = found == null ? "" : found + " ";
    everywhereCut(bytes + DONE, TdsVersion.V7_4, before + "DONE/0/0", 0);
  }

  @Test
  void computedRowsHaveALayoutOfTheirOwn() {
    String metadata = "88 0100 0500 01 0100 4d 0100 00000000 0000 38 01 7300";
    everywhereCut(metadata + "d3 0500 07000000" + DONE, TdsVersion.V7_2, "DONE/0/0", 0);
    assertThatThrownBy(() -> trace(metadata + "d3 0600 07000000" + DONE))
        .isInstanceOf(TdsProtocolException.class)
        .hasMessageContaining("unknown layout");
  }

  @Test
  void encryptedColumnsHaveKeysAndATypeBelowTheirOwn() {
    String key =
        "01000000 02000000 03000000 0000000000000000 01 0200 0102 01 6b00 0100 7000 01 6100";
    String column = "00000000 0008 a5 401f 0000 00000000 38 02 01 01 01 6100";
    String named = "00000000 0008 a5 401f 0000 00000000 38 00 01 7800 01 01 01 6100";
    ByteBuf in = bytes("81 0200 0100" + key + column + named + "d1 0100 07 ffff" + DONE);
    TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_4);
    trace.scanner.encryptsColumns(true);
    trace.payload(in);
    assertThat(trace.line()).isEqualTo("COLUMNS/2 DONE/0/0");
    assertThat(trace.scanner.rows()).isEqualTo(1);
    trace.scanner.end();
  }

  @Test
  void classifiedDataOfTheSecondVersionIsRanked() {
    TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_4);
    trace.scanner.dataClassification(2);
    trace.payload(bytes("a3 0000 0000 01000000 0100 0100 0000 0000 05000000" + DONE));
    assertThat(trace.line()).isEqualTo("DONE/0/0");
    trace.scanner.end();
  }

  @Test
  void rowsWithoutAnyMetadataEndTheWalk() {
    TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_4);
    trace.payload(bytes("81 ffff d1 04 07000000" + DONE));
    assertThat(trace.scanner.isBlind()).isTrue();
    trace.scanner.end();
    assertThat(trace.scanner.isBlind()).isFalse();
    trace.payload(bytes("81 0100 00000000 0100 26 04 00" + DONE));
    RowLayout layout = trace.scanner.layout();
    assertThat(layout.columns()).isEqualTo(1);
    trace.scanner.end();
    trace.payload(bytes("81 0000" + DONE));
    trace.scanner.end();
    trace.scanner.layout(layout);
    trace.payload(bytes("81 ffff d1 04 07000000" + DONE));
    assertThat(trace.scanner.rows()).isEqualTo(1);
    assertThat(trace.scanner.isBlind()).isFalse();
  }

  @Test
  void aHandleIsReplacedWhereverItIsCut() {
    String reply = "ac 0000 00 01 00000000 0000 26 04 04 05000000" + DONE;
    int length = bytes(reply).writerIndex();
    for (int cut = 0; cut <= length; cut++) {
      ByteBuf in = bytes(reply);
      TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_4);
      trace.scanner.replaceHandle(0, 0x01020304);
      trace.scanner.on(in, 0, cut);
      trace.scanner.on(in, cut, length);
      assertThat(trace.line()).isEqualTo("VALUE/0/5 DONE/0/0");
      TdsReplyTrace client = new TdsReplyTrace(TdsVersion.V7_4);
      client.payload(in);
      assertThat(client.line()).isEqualTo("VALUE/0/" + 0x01020304 + " DONE/0/0");
    }
  }

  /** Values have the length of what follows in the place of an ordinal: 13 for an int. */
  @Test
  void valuesOfOldVersionsComeInTheOrderOfTheParametersThatAreReturned() {
    String value = "ac 0d00 00 01 0000 0000 26 04 04 %s000000";
    String done = "fe 0100 0000 00000000";
    String reply =
        value.formatted("05")
            + value.formatted("06")
            + value.formatted("07")
            + done
            + value.formatted("08")
            + "ac 0d00 00 02 0000 0000 26 04 04 09000000" // of a function
            + value.formatted("0a")
            + done
            + value.formatted("0b")
            + "fd 0000 0000 00000000";
    int length = bytes(reply).writerIndex();
    for (int cut = 0; cut <= length; cut++) {
      ByteBuf in = bytes(reply);
      TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_1);
      trace.scanner.returns(0b1_0100);
      trace.scanner.returns(0b11);
      trace.scanner.replaceHandle(0, 0x01020304);
      trace.scanner.on(in, 0, cut);
      trace.scanner.on(in, cut, length);
      trace.scanner.end();
      assertThat(trace.line())
          .isEqualTo(
              "VALUE/2/5 VALUE/4/6 VALUE/-2/7 DONEPROC/1/0 VALUE/0/8 VALUE/-2/9 VALUE/1/10 DONEPROC/1/0"
                  + " VALUE/-2/11 DONE/0/0");
      TdsReplyTrace client = new TdsReplyTrace(TdsVersion.V7_1);
      client.scanner.returns(0);
      client.scanner.returns(1);
      client.payload(in);
      assertThat(client.line()).contains("VALUE/0/" + 0x01020304).contains("VALUE/-2/5");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "00",
    "81 0100 00000000 0000 01",
    "e3 0000",
    "ff 00",
    "81 0100 00000000",
    "e4 ffffff7f"
  })
  void whatIsNoTokenIsAProtocolError(String reply) {
    assertThatThrownBy(
            () -> {
              TdsReplyTrace trace = trace(reply);
              trace.scanner.end();
            })
        .isInstanceOf(TdsProtocolException.class);
  }

  @Test
  void whatANodeWritesIsReadAgain() {
    for (TdsVersion version : TdsVersion.values()) {
      ByteBuf out = Unpooled.buffer();
      EnvChange.writeText(out, EnvChange.DATABASE, "a", "b");
      EnvChange.writeBegin(out, 5);
      EnvChange.writeEnd(out, EnvChange.COMMIT_TRANSACTION, 5);
      EnvChange.writeReset(out);
      EnvChange.writeRoute(out, new EnvChange.Route(1433, "host", ""));
      new LoginAck(version.number(), "Microsoft SQL Server", 0x10000000).write(out);
      TdsWriter.features(out, List.of(new LoginFeature(LoginFeature.UTF8_SUPPORT, new byte[] {1})));
      TdsWriter.columns(out, List.of("a", "b"), version);
      TdsWriter.row(out, List.of("x", ""));
      TdsWriter.row(out, Arrays.asList(null, "y"));
      TdsWriter.endResult(out, 2, true, version);
      TdsMessage.of(5703, 1, 10, "Changed", "node").write(out, version);
      TdsWriter.returnStatus(out, 0);
      TdsWriter.returnInteger(out, 3, "@handle", 7, version);
      TdsWriter.error(out, TdsMessage.of(50000, 1, 16, "Failed", "node"), false, version);
      TdsWriter.attention(out, true, version);
      TdsReplyTrace trace = new TdsReplyTrace(version);
      trace.scanner.returns(0b1000);
      trace.payload(out);
      assertThat(trace.line())
          .isEqualTo(
              "ENV/1 ENV/8 ENV/9 ENV/18 ENV/20 LOGINACK/"
                  + Integer.toHexString(version.number())
                  + " FEATURE/10/1 COLUMNS/2 DONE/14/2 INFO/5703/Changed STATUS/0 VALUE/3/7"
                  + " ERROR/50000/Failed DONE/2/0 DONE/24/0");
      assertThat(trace.scanner.rows()).isEqualTo(2);
      trace.scanner.end();
    }
  }

  @Test
  void changesOfTheSessionAreRead() {
    ByteBuf in = bytes("01 6100 01 6200");
    assertThat(EnvChange.newText(in, 0, 6)).isEqualTo("a");
    assertThat(EnvChange.oldText(in, 0, 6)).isEqualTo("b");
    ByteBuf begun = bytes("08 0500000000000000 00");
    assertThat(EnvChange.newTransaction(begun, 0, 10)).isEqualTo(5);
    assertThat(EnvChange.oldTransaction(begun, 0, 10)).isZero();
    assertThat(EnvChange.oldTransaction(bytes("00 08 0500000000000000"), 0, 10)).isEqualTo(5);
    ByteBuf route = bytes("0b00 00 9905 0100 6800 0100 6400 0000");
    assertThat(EnvChange.route(EnvChange.ENHANCED_ROUTING, route, 0, 15))
        .isEqualTo(new EnvChange.Route(1433, "h", "d"));
  }

  @Test
  void theLastDoneIsFoundWithoutAWalk() {
    ByteBuf in = bytes("d1 0102030405060708090a0b0c0d0e0f fd 1400 c100 0200000000000000");
    for (int cut = 0; cut <= in.writerIndex(); cut++) {
      LastDone last = new LastDone();
      last.on(in, 0, cut);
      last.on(in, cut, in.writerIndex());
      assertThat(last.status(TdsVersion.V7_4)).isEqualTo(0x14);
    }
    LastDone single = new LastDone();
    for (int at = 0; at < in.writerIndex(); at++) {
      single.on(in, at, at + 1);
    }
    assertThat(single.status(TdsVersion.V7_4)).isEqualTo(0x14);
    single.restart();
    assertThat(single.status(TdsVersion.V7_4)).isEqualTo(-1);
  }

  @Test
  void theFirstPacketGetsAnotherTransactionAndResetBits() {
    ByteBuf payload = Unpooled.buffer();
    SqlBatch.write(payload, "select 1".repeat(100), 5, TdsVersion.V7_4);
    TdsReframer reframer = new TdsReframer(UnpooledByteBufAllocator.DEFAULT);
    reframer.packetSize(512);
    reframer.spid(0x0102);
    reframer.begin(TdsPacket.SQL_BATCH, TdsPacket.RESET);
    reframer.transaction(9);
    for (int at = 0; at < payload.writerIndex(); at++) {
      reframer.on(payload, at, at + 1);
    }
    reframer.end(TdsPacket.IGNORE);
    ByteBuf packets = reframer.take();
    assertThat(HexFormat.of().formatHex(array(packets, 0, 8))).isEqualTo("0108020001020100");
    assertThat(HexFormat.of().formatHex(array(packets, 512, 8))).isEqualTo("0100020001020200");
    int last = packets.writerIndex() / 512 * 512;
    assertThat(packets.getUnsignedByte(last + 1)).isEqualTo((short) 3);
    assertThat(packets.getUnsignedShort(last + 2)).isEqualTo(packets.writerIndex() - last);
    assertThat(AllHeaders.transaction(packets, 8, 512)).isEqualTo(9);
    packets.release();
  }

  @Test
  void headersAreRenumberedInPlaceWhereverTheyAreCut() {
    ByteBuf payload = Unpooled.buffer().writeZero(2000);
    ByteBuf sent = Unpooled.buffer();
    TdsPacket.write(sent, TdsPacket.REPLY, 0, 51, 512, payload);
    TdsPacketWalker walker = new TdsPacketWalker();
    walker.renumber(0x0203);
    for (int read = 0; read < sent.writerIndex(); read++) {
      walker.walk(sent, read, read + 1);
    }
    assertThat(walker.ended()).isTrue();
    for (int packet = 0; packet * 512 < sent.writerIndex(); packet++) {
      assertThat(sent.getUnsignedShort(packet * 512 + 4)).isEqualTo(0x0203);
      assertThat(sent.getUnsignedByte(packet * 512 + 6)).isEqualTo((short) (packet + 1));
    }
  }

  @Test
  void textsAreUtf8WhereverTheyAreCut() {
    String text = "a\u00e9\u20ac\ud83d\ude00z";
    ByteBuf in = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_16LE));
    for (int cut = 0; cut <= in.writerIndex(); cut++) {
      TdsText read = new TdsText(100);
      read.append(in, 0, cut);
      read.append(in, cut, in.writerIndex());
      read.end();
      assertThat(read.text()).isEqualTo(text);
    }
    TdsText half = new TdsText(100);
    half.append(in, 6, 8);
    half.append(in, 10, 12);
    half.append(in, 0, 1);
    half.end();
    assertThat(half.text()).isEqualTo("\ufffdz\ufffd");
    TdsText limited = new TdsText(2);
    limited.append(in, 0, in.writerIndex());
    assertThat(limited.isCut()).isTrue();
    assertThat(limited.text()).isEqualTo("a");
  }

  @Test
  void onlyAProtocolErrorComesOfAnyBytes() {
    Random random = new Random(5);
    byte[] tokens = HexFormat.of().parseHex("8188a3a4a5a9aaabacadaed1d2d3e3e4edeefdfeff7879");
    for (int i = 0; i < 30_000; i++) {
      byte[] any = new byte[random.nextInt(120)];
      random.nextBytes(any);
      for (int at = 0; at < any.length; at += 1 + random.nextInt(8)) {
        any[at] = random.nextBoolean() ? tokens[random.nextInt(tokens.length)] : 0;
      }
      TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.values()[i % 6]);
      trace.scanner.encryptsColumns(i % 5 == 0);
      try {
        trace.payload(Unpooled.wrappedBuffer(any));
        trace.scanner.end();
      } catch (TdsProtocolException e) {
        assertThat(e.getMessage()).isNotEmpty();
      }
    }
  }

  private static void everywhereCut(String hex, TdsVersion version, String expected, int rows) {
    ByteBuf in = bytes(hex);
    for (int cut = 0; cut <= in.writerIndex(); cut++) {
      TdsReplyTrace trace = new TdsReplyTrace(version);
      trace.scanner.on(in, 0, cut);
      trace.scanner.on(in, cut, in.writerIndex());
      assertThat(trace.line()).as("cut at %s", cut).isEqualTo(expected);
      assertThat(trace.scanner.rows()).isEqualTo(rows);
      trace.scanner.end();
    }
  }

  private static TdsReplyTrace trace(String hex) {
    TdsReplyTrace trace = new TdsReplyTrace(TdsVersion.V7_4);
    trace.payload(bytes(hex));
    return trace;
  }

  private static byte[] array(ByteBuf in, int at, int length) {
    byte[] bytes = new byte[length];
    in.getBytes(at, bytes);
    return bytes;
  }

  private static ByteBuf bytes(String hex) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex.replace(" ", "")));
  }
}
