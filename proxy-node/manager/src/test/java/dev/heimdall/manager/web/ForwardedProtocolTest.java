package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.model.Cidr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether a request counts as one that came over TLS. */
class ForwardedProtocolTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "127.0.0.0/8 | https        | true",
        "127.0.0.0/8 | HTTPS, https | true",
        "127.0.0.0/8 | http         | false",
        "127.0.0.0/8 | https, http  | false",
        "127.0.0.0/8 | http, https  | false",
        "127.0.0.0/8 | httpsx       | false",
        "127.0.0.0/8 | none         | false",
        "10.0.0.0/8  | https        | false"
      })
  void aTrustedProxySaysSo(String trusted, String header, boolean secure) throws Exception {
    try (WebServer server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            request ->
                new Site.Admission(
                    0,
                    whole ->
                        Answer.json(
                            200, Answer.JSON.createObjectNode().put("secure", whole.secure()))),
            new TrustedProxies(List.of(Cidr.parse(trusted))))) {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/"));
      if (header != null) {
        request.header("X-Forwarded-Proto", header);
      }
      HttpResponse<String> answer =
          HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("{\"secure\":%s}".formatted(secure));
    }
  }
}
