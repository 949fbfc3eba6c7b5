package dev.heimdall.manager.alerts;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import dev.heimdall.model.StrictDocument.Findings;
import java.util.List;

/** A topic of Amazon SNS. */
public record TopicTarget(
    @Setting(
            value =
                "The topic's ARN, which names its region. One that ends in `.fifo` gets the"
                    + " messages of a target in their order, none of them twice.",
            required = true,
            format = Format.TOPIC)
        String topicArn,
    @Setting(value = TOLD_OF, byDefault = "warning") Severity severity,
    @Setting(value = KINDS, byDefault = "[]", format = Format.EVENT) List<String> kinds,
    @Setting(value = HOURLY, byDefault = "20", range = "1..1000", unit = "messages") int hourly)
    implements Way {
  private static final int REGION = 3;

  public TopicTarget {
    kinds = List.copyOf(kinds);
  }

  String region() {
    return topicArn.split(":")[REGION];
  }

  boolean isFifo() {
    return topicArn.endsWith(".fifo");
  }

  @Override
  public void check(Findings findings) {
    // An ARN is all there is.
  }

  @Override
  public String shown() {
    return topicArn;
  }

  @Override
  public boolean mayKeepSecretsOf(Way before) {
    return true; // it has none
  }

  @Override
  public String send(Message message, Senders by) throws Failed {
    return by.topic().send(this, message);
  }
}
