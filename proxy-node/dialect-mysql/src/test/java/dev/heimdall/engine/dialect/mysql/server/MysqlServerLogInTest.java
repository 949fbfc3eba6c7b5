package dev.heimdall.engine.dialect.mysql.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.NativePassword;
import dev.heimdall.engine.auth.ServerCredential;
import dev.heimdall.engine.backend.ConnectFailure;
import dev.heimdall.engine.backend.LogInHandler;
import dev.heimdall.engine.backend.ServerTarget;
import dev.heimdall.engine.wire.mysql.AgreedCapabilities;
import dev.heimdall.engine.wire.mysql.Capability;
import dev.heimdall.engine.wire.mysql.ErrPacket;
import dev.heimdall.engine.wire.mysql.Handshake;
import dev.heimdall.engine.wire.mysql.OkPacket;
import dev.heimdall.engine.wire.mysql.Packet;
import dev.heimdall.model.BackendTls;
import dev.heimdall.model.CatalogSettings;
import dev.heimdall.model.ChangeSettings;
import dev.heimdall.model.ChannelBinding;
import dev.heimdall.model.ClusterSettings;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.Engine;
import dev.heimdall.model.Secret;
import dev.heimdall.model.SourceCredentials;
import dev.heimdall.model.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MysqlServerLogInTest implements LogInHandler.Outcome {
  private static final byte[] CHALLENGE =
      "abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII);
  private static final long OFFERED = 0x81FFF7FEL | Capability.LONG_PASSWORD;

  private EmbeddedChannel channel;
  private LogInHandler logIn;
  private LogInHandler.LoggedIn found;
  private int collation = 8;
  private ConnectFailure failure;

  @Override
  public void ready(ChannelHandlerContext ctx, LogInHandler.LoggedIn made) {
    found = made;
  }

  @Override
  public void failed(ConnectFailure why) {
    assertThat(failure).isNull();
    failure = why;
  }

  @AfterEach
  void finish() {
    channel.finishAndReleaseAll();
  }

  private void begin(TlsMode mode, long agreed) {
    begin(mode, agreed, Map.of("lock_wait_timeout", "9"));
  }

  private void begin(TlsMode mode, long agreed, Map<String, String> parameters) {
    begin(mode, agreed, parameters, ServerCredential.password("app", new Secret("secret")));
  }

  private void begin(
      TlsMode mode, long agreed, Map<String, String> parameters, ServerCredential credential) {
    DataSource source =
        new DataSource(
            "s",
            Engine.MYSQL,
            "jdbc:mysql://db.example",
            Optional.empty(),
            Optional.empty(),
            SourceCredentials.none(),
            new BackendTls(
                mode,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ChannelBinding.PREFER,
                false),
            Duration.ofSeconds(5),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            parameters,
            new CatalogSettings(false, Optional.empty(), Optional.empty(), Duration.ofMinutes(1)),
            Optional.empty(),
            ClusterSettings.defaults(),
            ChangeSettings.defaults());
    ServerTarget target =
        new ServerTarget(
            source,
            null,
            "shop",
            credential,
            new AgreedCapabilities(agreed, collation),
            Map.of(),
            0);
    logIn =
        new MysqlServerLogIn(
            target, target.credential(), new SecureRandom(), Runnable::run, null, true, this);
    failure = null;
    channel = new EmbeddedChannel(logIn);
  }

  private void server(byte[] bytes) {
    if (channel.isOpen()) {
      channel.writeInbound(channel.alloc().buffer(bytes.length).writeBytes(bytes));
    }
  }

  private byte[] packet(int sequence, byte[] payload) {
    ByteBuf out = channel.alloc().buffer();
    int at = Packet.begin(out, sequence);
    out.writeBytes(payload);
    Packet.end(out, at);
    return taken(out);
  }

  private static byte[] taken(ByteBuf out) {
    byte[] bytes = ByteBufUtil.getBytes(out);
    out.release();
    return bytes;
  }

  private byte[] hello(String version, long capabilities, String plugin) {
    ByteBuf out = channel.alloc().buffer();
    new Handshake(version, 11, CHALLENGE, capabilities, 45, 2, plugin).write(out);
    return taken(out);
  }

  private byte[] error(int sequence, int number) {
    ByteBuf out = channel.alloc().buffer();
    ErrPacket.write(out, sequence, number, "HY000", "no");
    return taken(out);
  }

  private byte[] sent() {
    ByteBuf out = channel.readOutbound();
    return out == null ? new byte[0] : taken(out);
  }

  @Test
  void theTermsAreTheClientsAndWhatTheNodeNeeds() {
    begin(TlsMode.DISABLE, Capability.DEPRECATE_EOF | Capability.FOUND_ROWS);
    server(hello("9.7.4", OFFERED, "mysql_native_password"));
    byte[] response = sent();
    int flags =
        (response[4] & 0xFF)
            | (response[5] & 0xFF) << 8
            | (response[6] & 0xFF) << 16
            | (response[7] & 0xFF) << 24;
    assertThat(flags & Capability.DEPRECATE_EOF).isNotZero();
    assertThat(flags & Capability.FOUND_ROWS).isNotZero();
    assertThat(flags & Capability.SESSION_TRACK).isNotZero();
    assertThat(flags & Capability.CONNECT_WITH_DB).isNotZero();
    assertThat(flags & (Capability.MULTI_STATEMENTS | Capability.LOCAL_FILES | Capability.SSL))
        .isZero();
    assertThat(response[12]).as("the client's collation").isEqualTo((byte) 8);
    assertThat(new String(response, StandardCharsets.ISO_8859_1))
        .contains("app\0", "shop\0", "mysql_native_password\0")
        .doesNotContain("secret");

    server(packet(2, new byte[] {0, 0, 0, 2, 0, 0, 0}));
    String set = new String(sent(), StandardCharsets.UTF_8);
    assertThat(set)
        .contains("SET session_track_system_variables='*'")
        .contains("session_track_gtids=OWN_GTID")
        .endsWith("lock_wait_timeout=9");
    ByteBuf ok = channel.alloc().buffer();
    new OkPacket(0, 0, 2, 0, new byte[0], Answers.variables("sql_mode", "ANSI"))
        .write(ok, 1, OkPacket.OK, true);
    server(taken(ok));
    assertThat(found.processId()).isEqualTo(11);
    assertThat(found.greeting().reported()).containsEntry("sql_mode", "ANSI");
    assertThat(failure).isNull();
  }

  private String letIn(Map<String, String> parameters) {
    begin(TlsMode.DISABLE, 0, parameters);
    server(hello("11.4.5-MariaDB", OFFERED, "mysql_native_password"));
    sent();
    server(packet(2, new byte[] {0, 0, 0, 2, 0, 0, 0}));
    return new String(sent(), StandardCharsets.UTF_8);
  }

  private void learned(String... variables) {
    ByteBuf ok = channel.alloc().buffer();
    new OkPacket(0, 0, 2, 0, new byte[0], Answers.variables(variables))
        .write(ok, 1, OkPacket.OK, true);
    server(taken(ok));
  }

  @Test
  void theCollationOfTheLogInSaysWhatTheCharacterSetsAre() {
    assertThat(letIn(Map.of()))
        .contains(",collation_connection=IF(")
        .doesNotContain("character_set_client=@@character_set_client,");
    learned("collation_connection", "latin1_german1_ci");
    assertThat(found.greeting().reported())
        .containsEntry("collation_connection", "latin1_german1_ci")
        .containsEntry("character_set_client", "latin1")
        .containsEntry("character_set_results", "latin1");
  }

  /** A log-in has one byte for it, COM_CHANGE_USER two. */
  @ParameterizedTest
  @CsvSource({
    "9.7.0, 305, 255,"
        + " 'character_set_client=305,character_set_results=305,collation_connection=305'",
    "11.8.2-MariaDB, 305, 45, collation_connection=305",
    "11.8.2-MariaDB, 576, 33, collation_connection=576",
    "11.8.2-MariaDB, 1032, 8, collation_connection=1032",
    "11.8.2-MariaDB, 1069, 45, collation_connection=1069",
    "11.8.2-MariaDB, 2048, 33, collation_connection=2048",
    "11.8.2-MariaDB, 2309, 45, collation_connection=2309"
  })
  void aCollationWithALargeNumberIsSetBehindTheLogIn(
      String version, int number, int atLogIn, String set) {
    collation = number;
    begin(TlsMode.DISABLE, 0, Map.of());
    server(hello(version, OFFERED, "mysql_native_password"));
    assertThat(sent()[12]).isEqualTo((byte) atLogIn);
    server(packet(2, new byte[] {0, 0, 0, 2, 0, 0, 0}));
    assertThat(new String(sent(), StandardCharsets.UTF_8)).endsWith(set);
    learned("collation_connection", "utf8mb4_general_nopad_ci");
    assertThat(failure).isNull();
  }

  @ParameterizedTest
  @ValueSource(ints = {1115, 1273})
  void aCollationThatTheServerDoesNotKnowLeavesThatOfTheLogIn(int error) {
    collation = 999;
    begin(TlsMode.DISABLE, 0, Map.of());
    server(hello("11.8.2-MariaDB", OFFERED, "mysql_native_password"));
    sent();
    server(packet(2, new byte[] {0, 0, 0, 2, 0, 0, 0}));
    sent();
    server(error(1, error));
    assertThat(new String(sent(), StandardCharsets.UTF_8))
        .endsWith("collation_connection=@@collation_connection");
    learned("collation_connection", "utf8mb4_general_ci", "character_set_client", "utf8mb4");
    assertThat(failure).isNull();
  }

  @Test
  void characterSetsThatAreNotOneAreAskedForOneByOne() {
    letIn(Map.of());
    server(error(1, 1231));
    assertThat(new String(sent(), StandardCharsets.UTF_8))
        .contains("SET session_track_system_variables='*'")
        .contains("character_set_client=@@character_set_client,")
        .contains("character_set_results=@@character_set_results,")
        .endsWith("collation_connection=@@collation_connection");
    learned(
        "collation_connection", "latin1_german1_ci",
        "character_set_client", "koi8r",
        "character_set_results", "");
    assertThat(found.greeting().reported())
        .containsEntry("character_set_client", "koi8r")
        .containsEntry("character_set_results", "");
  }

  @Test
  void aParameterOfTheSourceThatIsRefusedIsNotAskedForAThirdTime() {
    letIn(Map.of("sql_mode", "x"));
    server(error(1, 1231));
    sent();
    server(error(1, 1231));
    assertThat(failure.error().number()).isEqualTo(1231);
  }

  @Test
  void characterSetsThatTheSourceSetsAreAskedForOneByOne() {
    assertThat(letIn(Map.of("character_set_results", "latin1")))
        .contains("character_set_client=@@character_set_client,")
        .endsWith("character_set_results='latin1'");
  }

  @Test
  void whatTheClientHasAgreedOnMustBeOffered() {
    begin(TlsMode.DISABLE, Capability.QUERY_ATTRIBUTES);
    server(hello("11.4.5-MariaDB", OFFERED & ~Capability.LONG_PASSWORD, "mysql_native_password"));
    assertThat(failure.permanent()).isTrue();
    assertThat(failure.error().message()).contains("11.4.5-MariaDB", "0x8000000");
  }

  /** Whatever method is the server's default: that of its user is another one. */
  @Test
  void whatAClientProvedByTheOlderMethodIsPassedOnByIt() {
    byte[] secret = "secret".getBytes(StandardCharsets.UTF_8);
    byte[] clients = new byte[20];
    byte[] key =
        NativePassword.key(
            NativePassword.hash("secret"), clients, NativePassword.response(secret, clients));
    begin(TlsMode.DISABLE, 0, Map.of(), ServerCredential.nativeKey("app", key));
    server(hello("8.4.3", OFFERED, "caching_sha2_password"));
    String proof =
        new String(NativePassword.response(secret, CHALLENGE), StandardCharsets.ISO_8859_1);
    assertThat(new String(sent(), StandardCharsets.ISO_8859_1))
        .contains(proof, "mysql_native_password\0");
  }

  @Test
  void aServerWithoutTlsIsRefusedWhereItIsAskedFor() {
    begin(TlsMode.REQUIRE, 0);
    server(hello("9.7.4", OFFERED, "caching_sha2_password"));
    assertThat(failure.permanent()).isTrue();
    assertThat(sent()).isEmpty();

    channel.finishAndReleaseAll();
    begin(TlsMode.PREFER, 0);
    server(hello("9.7.4", OFFERED, "caching_sha2_password"));
    assertThat(failure).isNull();
    assertThat(sent()).isNotEmpty();
  }

  /** What came in plain text ahead of TLS would be taken for what came by it. */
  @Test
  void nothingMayFollowTheHandshake() {
    begin(TlsMode.PREFER, 0);
    byte[] hello = hello("9.7.4", OFFERED | Capability.SSL, "caching_sha2_password");
    byte[] more = Arrays.copyOf(hello, hello.length + 11);
    System.arraycopy(packet(2, new byte[] {0, 0, 0, 2, 0, 0, 0}), 0, more, hello.length, 11);
    server(more);
    assertThat(failure.error().message()).contains("more than its handshake");
  }

  @ParameterizedTest
  @CsvSource({
    "1040, 53300, false, false",
    "1129, 57P03, false, false",
    "1130, 28000, true, true",
    "1045, 28000, true, true",
    "1049, 3D000, true, false",
    "1053, 57P01, false, false",
    "1203, 53300, false, false",
    "1226, 53300, false, false",
    "2006, HY000, true, false"
  })
  void refusalsAreToldApart(int number, String sqlState, boolean permanent, boolean wrong) {
    for (boolean greeted : List.of(false, true)) {
      begin(TlsMode.DISABLE, 0);
      if (greeted) {
        server(hello("9.7.4", OFFERED, "caching_sha2_password"));
      }
      server(error(greeted ? 2 : 0, number));
      assertThat(failure.error().sqlState()).isEqualTo(sqlState);
      assertThat(failure.error().number()).isEqualTo(number);
      assertThat(failure.permanent()).isEqualTo(permanent);
      assertThat(failure.authentication()).isEqualTo(wrong);
      assertThat(failure.full()).isEqualTo(number == 1203 || number == 1226);
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void aPasswordIsNotSentInClearTextWithoutTls() {
    for (String method : List.of("mysql_clear_password", "no_such_method", "")) {
      begin(TlsMode.DISABLE, 0);
      server(hello("9.7.4", OFFERED, "caching_sha2_password"));
      sent();
      byte[] name = method.getBytes(StandardCharsets.US_ASCII);
      byte[] payload = new byte[name.length == 0 ? 1 : name.length + 2];
      payload[0] = (byte) 0xFE;
      System.arraycopy(name, 0, payload, 1, name.length);
      server(packet(2, payload));
      assertThat(failure.authentication()).as(method).isTrue();
      assertThat(sent()).as(method).isEmpty();
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void noServerThatBreaksOffIsWaitedFor() {
    begin(TlsMode.DISABLE, 0);
    logIn.expire(channel.pipeline().context(logIn));
    assertThat(failure.permanent()).isFalse();
    assertThat(failure.error().message()).contains("in time");
    channel.finishAndReleaseAll();

    begin(TlsMode.DISABLE, 0);
    server(hello("9.7.4", OFFERED, "caching_sha2_password"));
    channel.close();
    assertThat(failure.error().message()).contains("closed the connection");
  }

  /** Whatever is on the other side: one outcome, and no exception. */
  @Test
  void garbageIsRefused() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      begin(TlsMode.DISABLE, 0);
      byte[] bytes = hello("9.7.4", OFFERED, "caching_sha2_password");
      if (random.nextBoolean()) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      server(bytes);
      for (int i = 0; i < 4; i++) {
        byte[] payload = new byte[1 + random.nextInt(40)];
        random.nextBytes(payload);
        payload[0] = (byte) List.of(0, 1, 0xFE, 0xFF, 80).get(random.nextInt(5)).intValue();
        server(packet(2, payload));
      }
      channel.close();
      assertThat(failure != null || found != null).as("seed " + seed).isTrue();
      found = null;
      channel.finishAndReleaseAll();
    }
  }
}
