package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser without scripts: it keeps cookies, and goes where it is sent. */
public final class PageClient {
  private static final Pattern HIDDEN =
      Pattern.compile("type=\"hidden\" name=\"(\\w+)\" value=\"([^\"]*)\"");

  private final CookieManager cookies = new CookieManager();
  private final HttpClient http =
      HttpClient.newBuilder()
          .cookieHandler(cookies)
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private int port;
  private HttpResponse<String> last;

  public PageClient(int port) {
    this.port = port;
  }

  /** Goes on with another manager, as behind one address. */
  public PageClient at(int other) {
    port = other;
    return this;
  }

  private PageClient send(String path, HttpRequest.BodyPublisher body, String method)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
            .header("Accept", "text/html")
            .method(method, body);
    if (method.equals("POST")) {
      request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    last = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return this;
  }

  /** Asks by a method that no page takes. */
  public PageClient send(String path, String method) throws Exception {
    return send(path, HttpRequest.BodyPublishers.noBody(), method);
  }

  public PageClient get(String path) throws Exception {
    return send(path, HttpRequest.BodyPublishers.noBody(), "GET");
  }

  /** Sends fields, each name followed by its value. */
  public PageClient post(String path, String... fields) throws Exception {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < fields.length; i += 2) {
      body.append(fields[i])
          .append('=')
          .append(URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8))
          .append('&');
    }
    return send(path, HttpRequest.BodyPublishers.ofString(body.toString()), "POST");
  }

  /** Sends a form of the page that it is on: its hidden fields, and these. */
  public PageClient submit(String action, String... fields) throws Exception {
    int begin = page().indexOf("action=\"" + action + "\"");
    assertThat(begin).as("a form for " + action + " in " + page()).isNotNegative();
    String form = page().substring(begin, page().indexOf("</form>", begin));
    List<String> all = new ArrayList<>(List.of(fields));
    Matcher hidden = HIDDEN.matcher(form);
    while (hidden.find()) {
      all.add(hidden.group(1));
      all.add(unescaped(hidden.group(2)));
    }
    return post(action, all.toArray(String[]::new));
  }

  public PageClient logIn(String user, String password) throws Exception {
    return get("/login").submit("/login", "user", user, "password", password);
  }

  public String page() {
    return last.body();
  }

  public String path() {
    return last.uri().getPath();
  }

  /** Where it is, with what follows the path. */
  public String address() {
    return last.uri().toString();
  }

  public int status() {
    return last.statusCode();
  }

  public String header(String name) {
    return last.headers().firstValue(name).orElse("");
  }

  /** The value of the cookie of its session. */
  public String session() {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().endsWith("heimdall-session"))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElse("");
  }

  /** The value of a cookie that it keeps. */
  String cookie(String name) {
    return cookies.getCookieStore().getCookies().stream()
        .filter(cookie -> cookie.getName().equals(name))
        .map(HttpCookie::getValue)
        .findFirst()
        .orElseThrow();
  }

  /** What a log-in has it keep, as it is sent. */
  List<String> cookiesOfALogIn(String user, String password) throws Exception {
    get("/login");
    HttpClient once =
        HttpClient.newBuilder()
            .cookieHandler(cookies)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    String form =
        "user=%s&password=%s&csrf=%s"
            .formatted(
                user, URLEncoder.encode(password, StandardCharsets.UTF_8), cookie("heimdall-form"));
    return once.send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/login"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build(),
            HttpResponse.BodyHandlers.discarding())
        .headers()
        .allValues("Set-Cookie");
  }

  /** Has a session's cookie that somebody has given to it. */
  public PageClient with(String session) {
    return with("heimdall-session", session);
  }

  /** Has a cookie that somebody has given to it. */
  PageClient with(String name, String value) {
    HttpCookie cookie = new HttpCookie(name, value);
    cookie.setPath("/");
    cookie.setVersion(0);
    cookies.getCookieStore().add(URI.create("http://localhost:" + port + "/"), cookie);
    return this;
  }

  private static String unescaped(String html) {
    return html.replace("&#34;", "\"")
        .replace("&lt;", "<")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
