package dev.heimdall.routing.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.heimdall.routing.call.AwsCallException.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

class SignedCallsTest {
  private static final AwsCredentialsProvider SOMEBODY =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "canary"));
  private static final AwsQuestion QUESTION =
      AwsQuestion.form(
          AwsService.RDS, "2014-10-31", "rds:DescribeDBClusters", Map.of("Filter", "a b&c"));

  private HttpServer server;
  private volatile int status = 200;
  private volatile String answer = "<ok/>";
  private volatile String authorization;
  private volatile String got;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
    got =
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Test
  void aQuestionIsSignedForItsServiceAndRegion() throws Exception {
    assertThat(calls(SOMEBODY).ask(QUESTION)).isEqualTo("<ok/>");
    assertThat(got)
        .isEqualTo("POST / Action=DescribeDBClusters&Filter=a%20b%26c&Version=2014-10-31");
    assertThat(authorization)
        .contains("AWS4-HMAC-SHA256", "AKIDEXAMPLE/", "/eu-west-1/rds/aws4_request")
        .doesNotContain("canary");
  }

  /** What the machine's metadata give may be renewed, in vain, between any two looks. */
  @Test
  void credentialsThatAreLostMeanwhileAreNoErrorOfTheProgram() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    AwsCredentialsProvider fleeting =
        () -> {
          if (asked.incrementAndGet() % 2 == 0) {
            throw SdkClientException.create("the metadata do not answer");
          }
          return SOMEBODY.resolveCredentials();
        };
    SignedCalls calls = calls(fleeting);
    assertThat(calls.ask(QUESTION)).isEqualTo("<ok/>");
    assertThatThrownBy(() -> calls.ask(QUESTION))
        .isInstanceOf(AwsCallException.class)
        .hasMessageContaining("the metadata do not answer");
  }

  @Test
  void aServiceOfTheWorldIsSignedForItsOwnRegion() throws Exception {
    calls(SOMEBODY)
        .ask(
            AwsQuestion.get(
                AwsService.ROUTE_53,
                "route53:ListHostedZones",
                "/2013-04-01/hostedzone",
                Map.of("maxitems", "1")));
    assertThat(got).startsWith("GET /2013-04-01/hostedzone?maxitems=1 ");
    assertThat(authorization).contains("/us-east-1/route53/aws4_request");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "403 | <E><Code>AccessDenied</Code><Message>User x may not</Message></E> | DENIED | the permission rds:DescribeDBClusters is missing (AccessDenied: User x may not)",
        "400 | {\"__type\":\"com.amazon#AccessDeniedException\",\"Message\":\"no\"} | DENIED | the permission rds:DescribeDBClusters is missing (AccessDeniedException: no)",
        "403 | <E><Code>UnauthorizedOperation</Code></E> | DENIED | UnauthorizedOperation",
        "403 | '' | DENIED | HTTP 403",
        "403 | <E><Code>ExpiredToken</Code></E> | CREDENTIALS_REFUSED | ExpiredToken",
        "401 | <E><Code>AuthFailure</Code></E> | CREDENTIALS_REFUSED | AuthFailure",
        "400 | {\"__type\":\"UnrecognizedClientException\",\"message\":\"x\"} | CREDENTIALS_REFUSED | UnrecognizedClientException: x",
        "400 | <E><Code>Throttling</Code><Message>Rate exceeded</Message></E> | THROTTLED | Throttling: Rate exceeded",
        "400 | <E><Code>MissingParameter</Code></E> | REFUSED | MissingParameter",
        "503 | <html>busy</html> | REFUSED | HTTP 503",
      })
  void aRefusalHasAKindAndNamesTheAction(int refusal, String text, Kind kind, String says) {
    status = refusal;
    answer = text;

    AwsCallException refused = refused(calls(SOMEBODY));
    assertThat(refused.kind()).isEqualTo(kind);
    assertThat(refused).hasMessageContaining(says).hasMessageContaining("rds:DescribeDBClusters");
    assertThat(refused.reached()).isTrue();
  }

  @Test
  void withoutCredentialsNobodyIsAskedButTheWayCanBeLookedAt() {
    AwsCredentialsProvider nobody =
        () -> {
          throw SdkClientException.create("none here\nsecond line");
        };

    AwsCallException refused = refused(calls(nobody));
    assertThat(refused.kind()).isEqualTo(Kind.NO_CREDENTIALS);
    assertThat(refused).hasMessageContaining("none here").hasMessageNotContaining("second");
    assertThat(got).isNull();

    status = 403;
    answer = "<E><Code>MissingAuthenticationToken</Code></E>";
    AwsCallException knocked =
        catchThrowableOfType(AwsCallException.class, () -> calls(nobody).knock(QUESTION));
    assertThat(knocked.reached()).isTrue();
    assertThat(authorization).isEqualTo("null");
  }

  @Test
  void silenceIsToldApartFromNoWay() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      AwsCallException late = refused(calls(SOMEBODY, "127.0.0.1:" + silent.getLocalPort()));
      assertThat(late.kind()).isEqualTo(Kind.TIMED_OUT);
      assertThat(late).hasMessageContaining("VPC endpoint");
      assertThat(late.reached()).isFalse();
    }
    server.stop(0);
    assertThat(refused(calls(SOMEBODY)).kind()).isEqualTo(Kind.UNREACHABLE);
    AwsCallException unknown = refused(calls(SOMEBODY, "no-such-name.invalid"));
    assertThat(unknown.kind()).isEqualTo(Kind.UNREACHABLE);
    assertThat(unknown).hasMessageContaining("the DNS does not know");
  }

  @Test
  void anAnswerThatIsNoXmlIsToldWithTheAction() {
    AwsCallException broken =
        catchThrowableOfType(AwsCallException.class, () -> XmlPart.of(QUESTION, "<half>"));
    assertThat(broken).hasMessage("rds:DescribeDBClusters: the answer is no XML");
  }

  @ParameterizedTest
  @CsvSource({
    "EC2, eu-west-1, https://ec2.eu-west-1.amazonaws.com",
    "LOGS, cn-north-1, https://logs.cn-north-1.amazonaws.com.cn",
    "CLOUDWATCH, us-gov-west-1, https://monitoring.us-gov-west-1.amazonaws.com",
    "ROUTE_53, eu-west-1, https://route53.amazonaws.com",
  })
  void servicesAreWhereAwsHasThem(AwsService service, String region, URI where) {
    assertThat(service.endpoint(region, Map.of())).isEqualTo(where);
  }

  @Test
  void theEnvironmentNamesOtherPlacesForAllOrForOne() {
    Map<String, String> environment =
        Map.of("AWS_ENDPOINT_URL", "http://all", "AWS_ENDPOINT_URL_S3", "http://one");
    assertThat(AwsService.S3.endpoint("eu-west-1", environment)).hasToString("http://one");
    assertThat(AwsService.RDS.endpoint("eu-west-1", environment)).hasToString("http://all");
  }

  private AwsCallException refused(SignedCalls calls) {
    return catchThrowableOfType(AwsCallException.class, () -> calls.ask(QUESTION));
  }

  private SignedCalls calls(AwsCredentialsProvider credentials) {
    return calls(credentials, "127.0.0.1:" + server.getAddress().getPort());
  }

  private static SignedCalls calls(AwsCredentialsProvider credentials, String host) {
    return new SignedCalls(
        "eu-west-1",
        Map.of("AWS_ENDPOINT_URL", "http://" + host),
        credentials,
        Duration.ofMillis(300));
  }
}
