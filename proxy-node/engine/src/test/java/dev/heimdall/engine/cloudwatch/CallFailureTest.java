package dev.heimdall.engine.cloudwatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.cloudwatch.model.CloudWatchException;

class CallFailureTest {
  private static AwsServiceException said(int status, String code) {
    return CloudWatchException.builder()
        .statusCode(status)
        .awsErrorDetails(
            AwsErrorDetails.builder().errorCode(code).errorMessage("because\nof it").build())
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "400,Throttling,THROTTLED",
    "400,ThrottlingException,THROTTLED",
    "403,AccessDenied,DENIED",
    "400,AccessDeniedException,DENIED",
    "403,ExpiredToken,NO_CREDENTIALS",
    "400,ExpiredTokenException,NO_CREDENTIALS",
    "403,InvalidClientTokenId,NO_CREDENTIALS",
    "400,UnrecognizedClientException,NO_CREDENTIALS",
    "400,ResourceNotFoundException,MISSING",
    "500,InternalFailure,AWAY",
    "503,ServiceUnavailable,AWAY",
    "400,InvalidParameterValue,REFUSED"
  })
  void whatIsToBeDoneFollowsFromWhatItSays(int status, String code, CallFailure.Kind kind) {
    CallFailure trouble = CallFailure.of(MetricsApi.PUT, said(status, code));
    assertThat(trouble.kind()).isEqualTo(kind);
    assertThat(trouble).hasMessage(code + ": because");
  }

  @Test
  void whoDoesNotAnswerIsAway() {
    CallFailure trouble =
        CallFailure.of(MetricsApi.PUT, SdkClientException.create("Connect to x timed out\nagain"));
    assertThat(trouble.kind()).isEqualTo(CallFailure.Kind.AWAY);
    assertThat(trouble).hasMessage("Connect to x timed out");
    assertThat(
            CallFailure.of(
                    MetricsApi.PUT,
                    CloudWatchException.builder().statusCode(502).message("").build())
                .kind())
        .isEqualTo(CallFailure.Kind.AWAY);
  }

  @Test
  void aTroubleIsToldOnceByThePermissionThatIsMissingAndItsEndToo() {
    Logger logger = (Logger) LoggerFactory.getLogger(CallFailureTest.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    ExportTroubles complaints = new ExportTroubles(logger, "metrics");
    for (int i = 0; i < 5; i++) {
      complaints.about(CallFailure.of(MetricsApi.PUT, said(403, "AccessDenied")));
    }
    complaints.over();
    complaints.over();
    complaints.about(CallFailure.of(MetricsApi.PUT, said(400, "Throttling")));
    logger.detachAppender(lines);
    assertThat(lines.list)
        .extracting(line -> line.getLevel() + " " + line.getFormattedMessage())
        .containsExactly(
            "WARN metrics cannot be sent to CloudWatch, the role of this node lacks the permission"
                + " cloudwatch:PutMetricData (AccessDenied: because)",
            "INFO metrics are sent to CloudWatch again",
            "WARN metrics are sent to CloudWatch late, it allows fewer calls of"
                + " cloudwatch:PutMetricData (Throttling: because)");
  }
}
