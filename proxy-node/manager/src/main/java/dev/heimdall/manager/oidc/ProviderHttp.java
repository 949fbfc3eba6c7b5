package dev.heimdall.manager.oidc;

import com.nimbusds.jose.util.Resource;
import com.nimbusds.jose.util.ResourceRetriever;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequestSender;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import dev.heimdall.manager.outside.OutsideAddress;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks a provider by HTTP, for a bounded time and for answers of a bounded size. The provider says
 * itself where it is to be asked: so that this leads nowhere else, it is asked with TLS only,
 * redirects are not followed, and neither this machine nor its link is asked for a provider that is
 * elsewhere.
 */
final class ProviderHttp implements HTTPRequestSender, ResourceRetriever {
  static final int LARGEST = 256 << 10;

  private static final int OK = 200;

  private final boolean here;
  private final Duration patience;
  private final HttpClient http;

  /**
   * @param here whether the provider is on this machine, and may be asked without TLS
   */
  ProviderHttp(boolean here, Duration patience) {
    this.here = here;
    this.patience = patience;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(patience)
            .build();
  }

  /** Returns the content of a URI. */
  String get(URI uri) throws IOException {
    HttpResponse<String> answer =
        answer(
            HttpRequest.newBuilder(asked(uri)).header("Accept", "application/json").GET().build());
    if (answer.statusCode() != OK) {
      throw new IOException("%s answered %d".formatted(uri, answer.statusCode()));
    }
    return answer.body();
  }

  @Override
  public Resource retrieveResource(URL url) throws IOException {
    return new Resource(get(uri(url)), "application/json");
  }

  @Override
  public HTTPResponse send(ReadOnlyHTTPRequest request) throws IOException {
    HttpRequest.Builder asked = HttpRequest.newBuilder(asked(request.getURI()));
    request.getHeaderMap().forEach((name, values) -> values.forEach(v -> asked.header(name, v)));
    HttpResponse<String> answer =
        answer(
            asked
                .method(
                    request.getMethod().name(),
                    HttpRequest.BodyPublishers.ofString(
                        Optional.ofNullable(request.getBody()).orElse("")))
                .build());
    HTTPResponse read = new HTTPResponse(answer.statusCode());
    try {
      for (Map.Entry<String, List<String>> header : answer.headers().map().entrySet()) {
        if (header.getKey().equalsIgnoreCase("Content-Type")) {
          read.setContentType(header.getValue().get(0));
        }
      }
    } catch (ParseException e) {
      throw new IOException("%s answered with a wrong type".formatted(request.getURI()), e);
    }
    read.setBody(answer.body());
    return read;
  }

  /** The time limit of a request ends with the headers of its answer; this holds for all of it. */
  private HttpResponse<String> answer(HttpRequest request) throws IOException {
    CompletableFuture<HttpResponse<String>> sent =
        http.sendAsync(request, headers -> new BoundedText(LARGEST));
    try {
      return sent.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s did not answer within %d s".formatted(request.uri(), patience.toSeconds()), e);
    } catch (ExecutionException e) {
      String message = e.getCause().getMessage();
      throw new IOException(
          "%s: %s"
              .formatted(
                  request.uri(),
                  message == null ? e.getCause().getClass().getSimpleName() : message),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    } finally {
      sent.cancel(true);
    }
  }

  private static URI uri(URL url) throws IOException {
    try {
      return url.toURI();
    } catch (URISyntaxException e) {
      throw new IOException("the provider names an address that is none", e);
    }
  }

  /** Returns the same URI, if requests to it are allowed. */
  private URI asked(URI uri) throws IOException {
    boolean tls = "https".equals(uri.getScheme());
    boolean plain = here && "http".equals(uri.getScheme());
    if (uri.getHost() == null || uri.getRawUserInfo() != null || !(tls || plain)) {
      throw refused(uri, "it has to begin with https://");
    }
    try {
      for (InetAddress address : InetAddress.getAllByName(uri.getHost())) {
        boolean loopback = address.isLoopbackAddress();
        if (OutsideAddress.isRefused(address) || loopback != here && (loopback || plain)) {
          throw refused(uri, "its host is on this machine, its link, or not where it should be");
        }
      }
    } catch (UnknownHostException e) {
      throw new IOException("%s: the name of its host cannot be resolved".formatted(uri), e);
    }
    return uri;
  }

  private static IOException refused(URI uri, String why) {
    return new IOException("%s is not asked: %s".formatted(uri, why));
  }
}
