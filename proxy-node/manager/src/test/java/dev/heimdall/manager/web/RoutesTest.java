package dev.heimdall.manager.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private record Known(String method, String path) implements Routes.Route {}

  private final Routes<Known> routes =
      new Routes<>(
          List.of(
              new Known("GET", "/"),
              new Known("GET", "/rules/{name}"),
              new Known("GET", "/documents/{name...}"),
              new Known("PUT", "/documents/{name...}"),
              new Known("GET", "/rules/new"),
              new Known("POST", "/rules/{name}/try")));

  private static Request request(String method, String path) {
    return new Request(
        method,
        path,
        path,
        "",
        HttpFields.EMPTY,
        InetAddress.getLoopbackAddress(),
        false,
        Optional.empty(),
        Duration.ZERO);
  }

  private String found(String method, String path) throws Refusal {
    Routes.Found<Known> found = routes.find(request(method, path));
    return found.route().path() + " " + found.parts();
  }

  @Test
  void aVariableSegmentIsOneAndTheRestIsAllThatFollows() throws Refusal {
    assertThat(found("GET", "/")).isEqualTo("/ []");
    assertThat(found("GET", "/rules/main")).isEqualTo("/rules/{name} [main]");
    assertThat(found("HEAD", "/documents/rules/main.json"))
        .isEqualTo("/documents/{name...} [rules/main.json]");
    assertThat(found("POST", "/rules/main/try")).isEqualTo("/rules/{name}/try [main]");
  }

  @Test
  void aPathHasARouteOrNot() {
    assertThat(routes.has("GET", "/rules/main")).isTrue();
    assertThat(routes.has("POST", "/rules/main")).isFalse();
    assertThat(routes.has("GET", "//evil.example/")).isFalse();
  }

  @Test
  void aLiteralGoesBeforeAVariable() throws Refusal {
    assertThat(found("GET", "/rules/new")).isEqualTo("/rules/new []");
  }

  @Test
  void whatIsNotThereIsNotFound() {
    for (String path :
        List.of("", "/rules", "/rules/", "/rules/a/b", "/documents", "/documents/", "//", "/x")) {
      assertThatThrownBy(() -> found("GET", path))
          .as(path)
          .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.status()).isEqualTo(404));
    }
  }

  @Test
  void aPathThatTakesOtherMethodsNamesThem() {
    assertThatThrownBy(() -> found("DELETE", "/documents/a"))
        .isInstanceOfSatisfying(
            Refusal.class,
            e -> {
              assertThat(e.status()).isEqualTo(405);
              assertThat(e.answer().headers()).containsEntry("Allow", "GET, PUT");
            });
  }

  @Test
  void twoOfOneMethodAndPathAreAFault() {
    assertThatThrownBy(
            () -> new Routes<>(List.of(new Known("GET", "/{a}"), new Known("GET", "/{b}"))))
        .hasMessage("two routes for GET /{b}");
  }
}
