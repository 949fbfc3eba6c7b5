package dev.heimdall.manager.alerts;

import dev.heimdall.model.Secret;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Reason that a mail was not accepted, in words for the operator of the manager: temporary
 * rejections (4xx) are worth another attempt, others are not.
 */
final class MailFailure {
  private static final int LONGEST = 200;
  private static final int TEMPORARY = 4;

  private final EmailTarget target;
  private final MailConnection connection;
  private final SMTPTransport transport;

  MailFailure(EmailTarget target, MailConnection connection, SMTPTransport transport) {
    this.target = target;
    this.connection = connection;
    this.transport = transport;
  }

  /** Of a connection that was not made. */
  static Failed unconnected(EmailTarget target, boolean late, IOException e) {
    if (late || e instanceof SocketTimeoutException) {
      return new Failed("%s does not answer in time".formatted(where(target)), true);
    } else if (e instanceof SSLException && cause(e, EOFException.class) == null) {
      return ofTls(target, e);
    } else if (e instanceof ConnectException || e instanceof NoRouteToHostException) {
      return new Failed("%s takes no connections".formatted(where(target)), true);
    }
    return new Failed("the connection to %s was lost".formatted(where(target)), true);
  }

  private static String where(EmailTarget target) {
    return "%s:%d".formatted(target.host(), target.serverPort());
  }

  /** Returns the reason that this message was not accepted. */
  Failed of(MessagingException e) {
    if (connection.isLate()) {
      return new Failed("%s does not answer in time".formatted(where(target)), true);
    } else if (connection.isTalkative()) {
      return new Failed("it answers without end: is it a mail server?", false);
    }
    IOException io = cause(e, IOException.class);
    if (io != null) {
      return unconnected(target, false, io);
    } else if (e instanceof AuthenticationFailedException) {
      return ofLogIn(e);
    } else if (String.valueOf(e.getMessage()).startsWith("STARTTLS is required")) {
      return new Failed("it offers no STARTTLS, without which nothing is sent", false);
    } else if (e instanceof SendFailedException refused) {
      return ofRefusal(refused);
    }
    return ofCode(transport.getLastReturnCode(), transport.getLastServerResponse());
  }

  private static Failed ofTls(EmailTarget target, Throwable e) {
    CertificateException certificate = cause(e, CertificateException.class);
    if (cause(e, CertPathBuilderException.class) != null) {
      return new Failed(
          "its certificate is not signed by an authority that is trusted here: caFile names others",
          false);
    } else if (certificate != null) {
      String said = String.valueOf(certificate.getMessage());
      boolean ofOther = said.startsWith("No subject") || said.startsWith("No name");
      return new Failed(
          ofOther
              ? "its certificate is not for %s".formatted(target.host())
              : "its certificate is not to be trusted: " + shortened(said),
          false);
    } else if (String.valueOf(e.getMessage()).contains("unrecognized SSL message")) {
      return new Failed(
          "%s does not begin with TLS: it may take starttls".formatted(where(target)), false);
    }
    return new Failed(
        "TLS with %s failed: %s".formatted(where(target), shortened(e.getMessage())), false);
  }

  /** The answer to a log-in is not quoted: there is a password in what it is about. */
  private Failed ofLogIn(MessagingException e) {
    int code = transport.getLastReturnCode();
    if (String.valueOf(e.getMessage()).startsWith("No authentication mechanisms")) {
      return new Failed("it offers no log-in by PLAIN or LOGIN", false);
    }
    return new Failed(
        code > 0
            ? "the log-in was refused (%d): user or password is wrong, or may not".formatted(code)
            : "the log-in was not answered",
        code / 100 == TEMPORARY || code <= 0);
  }

  private Failed ofRefusal(SendFailedException e) {
    List<String> refused = new ArrayList<>();
    boolean temporary = false;
    for (Exception one = e;
        one instanceof MessagingException;
        one = ((MessagingException) one).getNextException()) {
      if (one instanceof SMTPAddressFailedException address) {
        refused.add("%s (%s)".formatted(address.getAddress().getAddress(), said(one.getMessage())));
        temporary |= address.getReturnCode() / 100 == TEMPORARY;
      }
    }
    if (refused.isEmpty()) {
      return e instanceof SMTPSendFailedException sent
          ? ofCode(sent.getReturnCode(), sent.getMessage())
          : ofCode(transport.getLastReturnCode(), transport.getLastServerResponse());
    }
    Address[] taken = e.getValidSentAddresses();
    String words = "it refuses " + String.join(", ", refused);
    if (taken == null || taken.length == 0) {
      return new Failed(words, temporary);
    }
    // To others it went: they are not to have it twice.
    return new Failed(
        "taken for %d of %d; %s".formatted(taken.length, target.to().size(), words), false);
  }

  private Failed ofCode(int code, String text) {
    if (code <= 0) {
      return new Failed("the connection to %s was lost".formatted(where(target)), true);
    }
    return new Failed("answered " + said(text), code / 100 == TEMPORARY);
  }

  /** Returns the reply of a server, unless it repeats a secret. */
  private String said(String text) {
    String line = shortened(text);
    boolean repeats = target.password().map(Secret::value).filter(line::contains).isPresent();
    return repeats ? line.substring(0, Math.min(3, line.length())) : line;
  }

  private static String shortened(String text) {
    String line = String.valueOf(text).replaceAll("[\\p{C}\\s]+", " ").strip();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  private static <T extends Throwable> T cause(Throwable of, Class<T> wanted) {
    Throwable one = of;
    for (int depth = 0; one != null && depth < 20; depth++) {
      if (wanted.isInstance(one)) {
        return wanted.cast(one);
      }
      one = one.getCause();
    }
    return null;
  }
}
