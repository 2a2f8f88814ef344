//! What a Kafka error means to the worker.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The same call may be made again.
    Retry,
    /// Abort the transaction and publish the batch again.
    Abort,
    /// The producer is of no use any more: make a new one with the same transactional id.
    Replace,
}

/// Classifies an error of a transactional call (librdkafka's INTRODUCTION.md, "Transactional producer API errors").
pub(super) fn classify(error: &KafkaError) -> Fault {
    match error {
        KafkaError::Transaction(error) if error.is_fatal() => Fault::Replace,
        KafkaError::Transaction(error) if error.txn_requires_abort() => Fault::Abort,
        KafkaError::Transaction(error) if error.is_retriable() => Fault::Retry,
        KafkaError::MessageProduction(_) | KafkaError::Flush(_) => Fault::Abort,
        error => match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Fatal) | None => Fault::Replace,
            Some(RDKafkaErrorCode::State | RDKafkaErrorCode::InvalidTransactionalState) => Fault::Replace,
            Some(RDKafkaErrorCode::OperationTimedOut | RDKafkaErrorCode::AllBrokersDown) => Fault::Retry,
            Some(_) => Fault::Abort,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unknown_error_ends_the_transaction_or_the_producer() {
        assert_eq!(classify(&KafkaError::Flush(RDKafkaErrorCode::MessageTimedOut)), Fault::Abort);
        assert_eq!(classify(&KafkaError::Global(RDKafkaErrorCode::Fatal)), Fault::Replace);
        assert_eq!(classify(&KafkaError::Global(RDKafkaErrorCode::OperationTimedOut)), Fault::Retry);
        assert_eq!(classify(&KafkaError::Canceled), Fault::Replace);
    }
}
