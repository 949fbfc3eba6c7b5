package dev.heimdall.routing.call;

import dev.heimdall.routing.call.AwsCallException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

/**
 * Asks services of AWS in one region. Each question is sent once: the caller decides when to repeat
 * it. Its methods wait for the network. For any thread.
 */
public final class SignedCalls implements AutoCloseable {
  private static final int LARGEST = 16 << 20;

  private final String region;
  private final Map<String, String> environment;
  private final AwsCredentialsProvider credentials;
  private final SdkHttpClient http;

  /**
   * Sends no request yet.
   *
   * @param environment may say where services are, by the names that the SDK knows
   * @param patience how long it may take to connect, and to answer
   */
  public SignedCalls(
      String region,
      Map<String, String> environment,
      AwsCredentialsProvider credentials,
      Duration patience) {
    this.region = region;
    this.environment = environment;
    this.credentials = credentials;
    http =
        UrlConnectionHttpClient.builder()
            .connectionTimeout(patience)
            .socketTimeout(patience)
            .build();
  }

  /** With the machine's own credentials: its role, or what the environment says. */
  public static SignedCalls ofMachine(
      String region, Map<String, String> environment, Duration patience) {
    return new SignedCalls(
        region, environment, DefaultCredentialsProvider.builder().build(), patience);
  }

  /** Address of a service. */
  public URI endpoint(AwsService service) {
    return service.endpoint(region, environment);
  }

  /** Finds out in whose name it can be asked, if in anybody's. */
  public void checkCredentials() throws AwsCallException {
    resolved();
  }

  private AwsCredentials resolved() throws AwsCallException {
    try {
      return credentials.resolveCredentials();
    } catch (SdkException e) {
      throw new AwsCallException(
          Kind.NO_CREDENTIALS,
          "",
          "there are no AWS credentials, give the machine a role",
          String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  /** The answer to a question. */
  public String ask(AwsQuestion question) throws AwsCallException {
    AwsCredentials signing = resolved();
    SdkHttpRequest request = request(question);
    ContentStreamProvider body =
        ContentStreamProvider.fromByteArray(question.body().getBytes(StandardCharsets.UTF_8));
    SignedRequest signed =
        AwsV4HttpSigner.create()
            .sign(
                sign ->
                    sign.identity(signing)
                        .request(request)
                        .payload(body)
                        .putProperty(
                            AwsV4HttpSigner.SERVICE_SIGNING_NAME, question.service().signedAs())
                        .putProperty(
                            AwsV4HttpSigner.REGION_NAME, question.service().signedFor(region))
                        .putProperty(
                            AwsV4HttpSigner.DOUBLE_URL_ENCODE,
                            question.service() != AwsService.S3));
    return send(question, signed.request(), body);
  }

  /**
   * Asks without credentials, which no service answers, to see whether it is there to refuse.
   *
   * @throws AwsCallException always: one that {@link AwsCallException#reached} tells of
   */
  public void knock(AwsQuestion question) throws AwsCallException {
    send(question, request(question), ContentStreamProvider.fromUtf8String(question.body()));
    throw new AwsCallException(Kind.REFUSED, "", question.action(), "it answers to anybody");
  }

  private SdkHttpRequest request(AwsQuestion question) {
    URI endpoint = endpoint(question.service());
    SdkHttpRequest.Builder request =
        SdkHttpRequest.builder()
            .uri(endpoint)
            .method(SdkHttpMethod.fromValue(question.method()))
            .encodedPath(question.path());
    question.query().forEach(request::putRawQueryParameter);
    question.headers().forEach(request::putHeader);
    return request.build();
  }

  private String send(AwsQuestion question, SdkHttpRequest request, ContentStreamProvider body)
      throws AwsCallException {
    URI endpoint = endpoint(question.service());
    HttpExecuteRequest.Builder execution = HttpExecuteRequest.builder().request(request);
    if (!question.body().isEmpty()) {
      execution.contentStreamProvider(body);
    }
    try {
      HttpExecuteResponse response = http.prepareRequest(execution.build()).call();
      int status = response.httpResponse().statusCode();
      String answer = "";
      if (response.responseBody().isPresent()) {
        try (InputStream in = response.responseBody().get()) {
          answer = new String(in.readNBytes(LARGEST), StandardCharsets.UTF_8);
        }
      }
      if (status >= 300) {
        throw AwsRefusal.of(question, status, answer);
      }
      return answer;
    } catch (SocketTimeoutException e) {
      throw AwsCallException.unanswered(
          Kind.TIMED_OUT,
          question,
          endpoint,
          "does not answer: is there a route to it, or a VPC endpoint whose security group lets this"
              + " machine in?");
    } catch (UnknownHostException e) {
      throw AwsCallException.unanswered(
          Kind.UNREACHABLE, question, endpoint, "is a name that the DNS does not know");
    } catch (SSLException e) {
      throw AwsCallException.unanswered(
          Kind.UNREACHABLE, question, endpoint, "is not to be trusted: " + e.getMessage());
    } catch (IOException e) {
      throw AwsCallException.unanswered(
          Kind.UNREACHABLE, question, endpoint, "cannot be reached: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
