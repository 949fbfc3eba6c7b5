package dev.heimdall.manager.alerts;

import dev.heimdall.model.Format;
import dev.heimdall.model.Secret;
import dev.heimdall.model.Setting;
import dev.heimdall.model.StrictDocument.Findings;
import java.net.URI;
import java.util.List;

/** A service of PagerDuty, by its Events API v2. */
public record PagerDutyTarget(
    @Setting(
            value = "The integration key of the service: 32 letters and digits. Never shown again.",
            required = true)
        Secret routingKey,
    @Setting(
            value =
                "Where events are sent; that of service regions in Europe is"
                    + " `https://events.eu.pagerduty.com/v2/enqueue`.",
            byDefault = "https://events.pagerduty.com/v2/enqueue")
        String url,
    @Setting(value = SOURCE, byDefault = "heimdall") String source,
    @Setting(value = TOLD_OF, byDefault = "warning") Severity severity,
    @Setting(value = ALERT_KINDS, byDefault = "[]", format = Format.EVENT) List<String> kinds)
    implements Way {
  private static final int KEY_LENGTH = 32;

  public PagerDutyTarget {
    kinds = List.copyOf(kinds);
  }

  @Override
  public int hourly() {
    return MOST_HOURLY; // an incident that is not resolved wakes an operator for nothing
  }

  @Override
  public boolean takesEvents() {
    return false; // they have no end
  }

  @Override
  public boolean takesAcknowledgements() {
    return true;
  }

  @Override
  public void check(Findings findings) {
    WebhookTarget.checkUrl(url, findings);
    if (!routingKey.value().matches("[A-Za-z0-9]{%d}".formatted(KEY_LENGTH))) {
      findings.problem(
          "$.routingKey",
          "something else",
          "the %d letters and digits of an integration key".formatted(KEY_LENGTH));
    }
  }

  @Override
  public String shown() {
    return "PagerDuty at " + URI.create(url).getHost();
  }

  @Override
  public boolean mayKeepSecretsOf(Way before) {
    return before instanceof PagerDutyTarget other && other.url.equals(url);
  }

  @Override
  public String send(Message message, Senders by) throws Failed, InterruptedException {
    return new PagerDuty(this, by).send(message);
  }
}
