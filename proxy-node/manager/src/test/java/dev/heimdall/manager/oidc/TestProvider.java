package dev.heimdall.manager.oidc;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A provider of OpenID Connect over real HTTP, which can be made to say what one never would. */
public final class TestProvider implements AutoCloseable {
  public static final String CLIENT = "heimdall";
  public static final String SECRET = "canary of a client's secret";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A code that was given out. */
  private record Grant(
      String redirect, String challenge, String nonce, Map<String, Object> claims) {}

  private final int port;
  private final Map<String, Grant> codes = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private volatile HttpServer server;
  private volatile ECKey key;
  private volatile List<ECKey> published;
  private volatile Consumer<JWTClaimsSet.Builder> shape = claims -> {};
  private volatile Function<JWTClaimsSet, JWT> signing = this::signed;
  private volatile Map<String, String> instead = Map.of();

  public TestProvider() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    port = server.getAddress().getPort();
    begin();
    rotate();
    metadata.putAll(
        Map.of(
            "issuer",
            issuer(),
            "authorization_endpoint",
            issuer() + "/authorize",
            "token_endpoint",
            issuer() + "/token",
            "jwks_uri",
            issuer() + "/keys",
            "end_session_endpoint",
            issuer() + "/logout",
            "subject_types_supported",
            List.of("public"),
            "response_types_supported",
            List.of("code"),
            "id_token_signing_alg_values_supported",
            List.of("ES256", "none", "HS256")));
  }

  private void begin() {
    server.createContext("/realm/", this::answer);
    server.start();
  }

  public String issuer() {
    return "http://localhost:" + port + "/realm";
  }

  /** Another key from now on, with another name. */
  public void rotate() throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID(UUID.randomUUID().toString()).generate();
    published = List.of(key);
  }

  /** It signs with a key that it does not publish, by the name of the one that it does. */
  void forge() throws JOSEException {
    key = new ECKeyGenerator(Curve.P_256).keyID(key.getKeyID()).generate();
  }

  /** What it says of itself. */
  Map<String, Object> metadata() {
    return metadata;
  }

  /** It says something else of people. */
  public void says(Consumer<JWTClaimsSet.Builder> other) {
    shape = other;
  }

  /** It makes its tokens another way. */
  void signs(Function<JWTClaimsSet, JWT> other) {
    signing = other;
  }

  /** It answers at a path with this, whatever it is asked. */
  void answersAt(String path, String text) {
    Map<String, String> next = new HashMap<>(instead);
    next.put(path, text);
    instead = Map.copyOf(next);
  }

  /** How often it was asked at a path. */
  int asked(String path) {
    return asked.computeIfAbsent(path, at -> new AtomicInteger()).get();
  }

  /** It is away. */
  public void stop() {
    server.stop(0);
  }

  /** It is there again. */
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    begin();
  }

  /**
   * Somebody logs in.
   *
   * @param at where the manager has sent him
   * @return with what he is sent back
   */
  public Map<String, String> logIn(URI at, String subject, Map<String, Object> claims) {
    Map<String, String> query = fields(at.getRawQuery());
    if (!query.get("response_type").equals("code")
        || !query.get("client_id").equals(CLIENT)
        || !query.get("code_challenge_method").equals("S256")) {
      throw new AssertionError("asked for something else: " + at);
    }
    Map<String, Object> all = new TreeMap<>(claims);
    all.put("sub", subject);
    String code = UUID.randomUUID().toString();
    codes.put(
        code,
        new Grant(query.get("redirect_uri"), query.get("code_challenge"), query.get("nonce"), all));
    return Map.of("state", query.get("state"), "code", code);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath().substring("/realm".length());
      asked.computeIfAbsent(path, at -> new AtomicInteger()).incrementAndGet();
      if (instead.containsKey(path)) {
        String text = instead.get(path);
        if (text.startsWith("http")) {
          exchange.getResponseHeaders().add("Location", text);
          exchange.sendResponseHeaders(302, -1);
        } else {
          send(exchange, 200, text);
        }
        return;
      }
      switch (path) {
        case "/.well-known/openid-configuration" ->
            send(exchange, 200, JSON.writeValueAsString(metadata));
        case "/keys" ->
            send(exchange, 200, new JWKSet(List.copyOf(published)).toPublicJWKSet().toString());
        case "/token" -> token(exchange);
        default -> exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private void token(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> form = fields(body);
    String shown = exchange.getRequestHeaders().getFirst("Authorization");
    String expected =
        "Basic "
            + Base64.getEncoder()
                .encodeToString(
                    (CLIENT + ":" + SECRET.replace(" ", "+").replace("'", "%27"))
                        .getBytes(StandardCharsets.UTF_8));
    if (!expected.equals(shown)) {
      send(exchange, 401, "{\"error\":\"invalid_client\"}");
      return;
    }
    Grant grant = codes.remove(form.getOrDefault("code", ""));
    if (grant == null
        || !grant.redirect().equals(form.get("redirect_uri"))
        || !grant.challenge().equals(digest(form.getOrDefault("code_verifier", "")))) {
      send(exchange, 400, "{\"error\":\"invalid_grant\"}");
      return;
    }
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer())
            .audience(CLIENT)
            .claim("nonce", grant.nonce())
            .issueTime(Date.from(Instant.now()))
            .expirationTime(Date.from(Instant.now().plusSeconds(300)));
    grant.claims().forEach(claims::claim);
    shape.accept(claims);
    send(
        exchange,
        200,
        JSON.writeValueAsString(
            Map.of(
                "access_token", "opaque",
                "token_type", "Bearer",
                "id_token", signing.apply(claims.build()).serialize())));
  }

  private JWT signed(JWTClaimsSet claims) {
    try {
      SignedJWT token =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims);
      token.sign(new ECDSASigner(key));
      return token;
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** With a key that a client has, too. */
  static JWT signedWithASecret(JWTClaimsSet claims) {
    try {
      SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
      token.sign(new MACSigner((SECRET + SECRET).getBytes(StandardCharsets.UTF_8)));
      return token;
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  private static String digest(String verifier) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(verifier.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void send(HttpExchange exchange, int status, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    try {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Those of a query or a form. */
  public static Map<String, String> fields(String encoded) {
    Map<String, String> fields = new TreeMap<>();
    for (String pair : encoded.split("&")) {
      String[] parts = pair.split("=", 2);
      fields.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
    }
    return fields;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
