package dev.heimdall.manager.alerts;

import dev.heimdall.model.Format;
import dev.heimdall.model.Secret;
import dev.heimdall.model.Setting;
import dev.heimdall.model.StrictDocument.Findings;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** An Alertmanager of Prometheus, by its API v2. */
public record AlertmanagerTarget(
    @Setting(
            value =
                "Its address, such as `https://alertmanager.example`: `https://…`, or `http://` to"
                    + " this machine itself (localhost). Messages go to `/api/v2/alerts` below it.",
            required = true)
        String url,
    @Setting(
            "What requests have as the header `Authorization`, such as `Bearer …`. Never shown"
                + " again. None: they have none.")
        Optional<Secret> authorization,
    @Setting(value = SOURCE, byDefault = "heimdall") String source,
    @Setting(value = TOLD_OF, byDefault = "warning") Severity severity,
    @Setting(value = ALERT_KINDS, byDefault = "[]", format = Format.EVENT) List<String> kinds)
    implements Way {
  private static final int LONGEST = 2000;

  public AlertmanagerTarget {
    kinds = List.copyOf(kinds);
  }

  URI uri() {
    return URI.create(url.replaceAll("/+$", "") + "/api/v2/alerts");
  }

  @Override
  public int hourly() {
    return MOST_HOURLY; // it does the grouping
  }

  @Override
  public boolean takesEvents() {
    return false;
  }

  @Override
  public boolean holdsAlerts() {
    return true;
  }

  @Override
  public void check(Findings findings) {
    WebhookTarget.checkUrl(url, findings);
    boolean unusable =
        authorization
            .map(Secret::value)
            .filter(text -> text.length() > LONGEST || !text.matches("[\\x20-\\x7e]+"))
            .isPresent();
    if (unusable) {
      findings.problem(
          "$.authorization", "something else", "at most %d characters of ASCII".formatted(LONGEST));
    }
  }

  @Override
  public String shown() {
    return uri().toString();
  }

  @Override
  public boolean mayKeepSecretsOf(Way before) {
    return before instanceof AlertmanagerTarget other && other.url.equals(url);
  }

  @Override
  public String send(Message message, Senders by) throws Failed, InterruptedException {
    return new Alertmanager(this, by).send(message);
  }
}
