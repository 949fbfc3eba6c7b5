package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.Await;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * Chromium without a screen, and somebody at it. With {@code -Dtest.pictures=true} what it shows is
 * kept in {@code target/pages}.
 *
 * <p>The tests of a JVM that come one after the other have the same process, which knows nothing of
 * the one before.
 */
final class Browser implements AutoCloseable {
  private static final Path SHOTS = Path.of("target", "pages");
  private static final File WITHOUT_WINDOWS = new File("/usr/lib/chromium/chromium-headless-shell");

  private static final boolean KEPT = Boolean.getBoolean("test.pictures");

  private static final String AXE = "/META-INF/resources/webjars/axe-core/4.6.3/axe.min.js";

  private static final String ALL_RULES = "{resultTypes: ['violations']}";

  /** All that is different in the dark. */
  private static final String COLOURS =
      "{resultTypes: ['violations'],"
          + " runOnly: {type: 'rule', values: ['color-contrast', 'link-in-text-block']}}";

  /** Those whose rows are blocks on a phone, and that are wider than it nevertheless. */
  private static final String CUT_TABLES =
      "return [...document.querySelectorAll('.wide > table.stacked')].map(table =>"
          + " table.parentElement).filter(box => box.scrollWidth > box.clientWidth).map(box =>"
          + " box.ariaLabel + ': ' + box.innerText)";

  private static final Dimension LAPTOP = new Dimension(1280, 900);

  private static final Map<String, Object> PHONE =
      Map.of("width", 390, "height", 844, "deviceScaleFactor", 2, "mobile", true);

  /** Started, and nobody's. */
  private static final Queue<ChromeDriver> IDLE = new ConcurrentLinkedQueue<>();

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** One that nobody else has, for a class that {@code @Needs("chromium")}. */
  static Browser start() {
    ChromeDriver idle = IDLE.poll();
    Browser browser = new Browser(idle == null ? launch() : idle);
    browser.asLargeAsLaptop();
    return browser;
  }

  private static ChromeDriver launch() {
    ChromeOptions options = new ChromeOptions();
    // The one without windows takes a third of the processor time. In the path Debian has a script
    // for it, which does not end with it.
    options.setBinary(
        Optional.of(WITHOUT_WINDOWS)
            .filter(File::canExecute)
            .or(() -> program("chromium"))
            .orElseThrow());
    options.addArguments(
        "--headless=new",
        "--no-sandbox", // as root there is none
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--force-color-profile=srgb");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(program("chromedriver").orElseThrow())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(Started.PATIENCE);
    Runtime.getRuntime().addShutdownHook(new Thread(driver::quit, "browser-end"));
    return driver;
  }

  /** A window that is opened later has a size of its own. */
  private void asLargeAsLaptop() {
    driver.manage().window().setSize(LAPTOP);
  }

  private static Optional<File> program(String name) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> new File(folder, name))
        .filter(File::canExecute)
        .findFirst();
  }

  Browser open(String url) {
    driver.get(url);
    return this;
  }

  /** Ends what the site knows of it. */
  Browser forget() {
    driver.manage().deleteAllCookies();
    return this;
  }

  WebElement find(String css) {
    List<WebElement> found = new ArrayList<>();
    Await.untilAskedSeldom(
        "there is " + css, Started.PATIENCE, () -> found.addAll(all(css)), this::text);
    return found.get(0);
  }

  /** Clicks on what may be drawn anew at any moment, as people do who look at a live page. */
  void click(String css) {
    Await.until(
        css + " is clicked on",
        () -> {
          try {
            find(css).click();
            return true;
          } catch (StaleElementReferenceException e) {
            return false; // another one is in its place
          }
        });
  }

  /** All that there are now. */
  List<WebElement> all(String css) {
    return driver.findElements(By.cssSelector(css));
  }

  boolean has(String css) {
    return !driver.findElements(By.cssSelector(css)).isEmpty();
  }

  /** Waits until the page says this. */
  Browser awaitText(String words) {
    Await.untilAskedSeldom(
        "it says: " + words, Started.PATIENCE, () -> text().contains(words), this::text);
    return this;
  }

  String text() {
    return String.valueOf(driver.executeScript("return document.body.innerText"));
  }

  String source() {
    return driver.getPageSource();
  }

  String path() {
    return String.valueOf(driver.executeScript("return location.pathname"));
  }

  /** Has the keyboard's next keys go where they go. */
  void type(CharSequence... keys) {
    driver.switchTo().activeElement().sendKeys(keys);
  }

  /** The same to whatever has them, also within a shadow. */
  void keys(CharSequence... keys) {
    new Actions(driver).sendKeys(keys).perform();
  }

  /** The same while another key is held. */
  void chord(Keys held, CharSequence key) {
    new Actions(driver).keyDown(held).sendKeys(key).keyUp(held).perform();
  }

  /** Takes hold of something, moves it onto something else, and lets it go. */
  void drag(WebElement what, WebElement onto) {
    new Actions(driver)
        .clickAndHold(what)
        .moveByOffset(0, -8)
        .moveToElement(onto)
        .moveByOffset(0, -12)
        .pause(Duration.ofMillis(200)) // in which what is below makes room
        .release()
        .perform();
  }

  /** Has the pointer rest on something. */
  void hover(WebElement over) {
    new Actions(driver).moveToElement(over).perform();
  }

  /** The window that is looked at. */
  String window() {
    return driver.getWindowHandle();
  }

  void window(String handle) {
    driver.switchTo().window(handle);
  }

  /** Opens another window of the same session, and looks at that. */
  void openWindow() {
    driver.switchTo().newWindow(WindowType.TAB);
    asLargeAsLaptop();
  }

  /** Closes the window that is looked at, and looks at another one. */
  void closeWindow(String other) {
    driver.close();
    driver.switchTo().window(other);
  }

  /** Runs a script in the page. */
  Object run(String script, Object... arguments) {
    return driver.executeScript(script, arguments);
  }

  /** Puts a text in place of what is there, as typed last. */
  void replace(WebElement field, String text) {
    driver.executeScript(
        "arguments[0].value = arguments[1];"
            + "arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
        field,
        text);
  }

  void logIn(int port, String password) {
    open("http://localhost:" + port + "/");
    find("#password").sendKeys(password);
    click("main button");
    awaitText("Overview");
  }

  /** Whether the system is dark. */
  void dark(boolean dark) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /** Whether it is as small as a phone, or as large as a laptop. */
  void phone(boolean phone) {
    if (phone) {
      driver.executeCdpCommand("Emulation.setDeviceMetricsOverride", PHONE);
    } else {
      driver.executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }

  /** Looks at the page as it is on a laptop in the light, and on a phone in the dark. */
  void shoot(String name) throws IOException {
    dark(false);
    if (KEPT) {
      shot(name + "-light");
    }
    assertThat(barriers(ALL_RULES)).as(name + ", light").isEmpty();
    dark(true);
    assertThat(barriers(COLOURS)).as(name + ", dark").isEmpty();
    phone(true);
    if (KEPT) {
      shot(name + "-phone-dark");
    }
    assertThat(
            driver.executeScript(
                "return document.documentElement.scrollWidth <= window.innerWidth"))
        .as("a phone shows all of " + name)
        .isEqualTo(true);
    assertThat((List<?>) driver.executeScript(CUT_TABLES))
        .as("tables of %s that a phone cuts off", name)
        .isEmpty();
    phone(false);
    dark(false);
  }

  private void shot(String name) throws IOException {
    Files.createDirectories(SHOTS);
    Files.write(SHOTS.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
  }

  /** Shows as much as a picture for a document does, in the light. */
  void picture() {
    dark(false);
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 1280, "height", 1250, "deviceScaleFactor", 1, "mobile", false));
  }

  /** Keeps what is shown now; where. */
  Path shotOf(String name) throws IOException {
    shot(name);
    return SHOTS.resolve(name + ".png");
  }

  /**
   * What keeps people with disabilities from the page, as axe sees it.
   *
   * @param rules the ones it goes by, in its own words
   */
  private List<?> barriers(String rules) throws IOException {
    if (driver.executeScript("return window.axe === undefined").equals(true)) {
      try (InputStream axe = Browser.class.getResourceAsStream(AXE)) {
        driver.executeScript(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(1));
    return (List<?>)
        driver.executeAsyncScript(
            "const done = arguments[arguments.length - 1];"
                + "axe.run(document, "
                + rules
                + ").then(r => done(r.violations.map(v =>"
                + " v.id + ' ' + v.nodes.map(n => n.html).join(' '))), e => done([String(e)]))");
  }

  /** What the pages' policy forbade, and scripts that failed. */
  List<String> complaints() {
    return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
        .map(LogEntry::getMessage)
        .filter(
            message -> message.contains("Content Security Policy") || message.contains("Uncaught"))
        .toList();
  }

  /** Leaves an empty window behind; a browser of which nobody knows what it is at ends. */
  @Override
  public void close() {
    try {
      Set<String> windows = driver.getWindowHandles();
      driver.switchTo().newWindow(WindowType.TAB); // what was emulated was so in its own window
      String empty = driver.getWindowHandle();
      for (String window : windows) {
        driver.switchTo().window(window).close();
      }
      driver.switchTo().window(empty);
      driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
      driver.executeCdpCommand("Network.clearBrowserCache", Map.of());
      driver.manage().logs().get(LogType.BROWSER);
    } catch (WebDriverException e) {
      driver.quit();
      return;
    }
    IDLE.add(driver);
  }
}
