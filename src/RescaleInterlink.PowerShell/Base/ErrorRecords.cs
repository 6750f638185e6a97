using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Turns failures into error records: the one table from kinds to categories.</summary>
internal static class ErrorRecords
{
    public const string UnexpectedFailure = nameof(UnexpectedFailure);

    public static ErrorRecord From(Exception error, object? target)
    {
        if (error is RescaleException known)
        {
            return new ErrorRecord(known, known.ErrorId, CategoryOf(known.Kind), target)
            {
                ErrorDetails = new ErrorDetails(known.Message) { RecommendedAction = known.RecommendedAction },
            };
        }

        // Not one of ours, so its text was not looked at by anyone who knows what it may hold.
        string message = Redaction.Redact(error.Message);
        return new ErrorRecord(error, UnexpectedFailure, ErrorCategory.NotSpecified, target)
        {
            ErrorDetails = new ErrorDetails(message)
            {
                RecommendedAction = "This is a fault in RescaleInterlink itself. Please report it, with the output of 'Get-Error'.",
            },
        };
    }

    public static ErrorCategory CategoryOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => ErrorCategory.InvalidArgument,
        ErrorKind.NotFound => ErrorCategory.ObjectNotFound,
        ErrorKind.AlreadyExists => ErrorCategory.ResourceExists,
        ErrorKind.Authentication => ErrorCategory.AuthenticationError,
        ErrorKind.Permission => ErrorCategory.PermissionDenied,
        ErrorKind.RateLimited => ErrorCategory.LimitsExceeded,
        ErrorKind.Unreachable => ErrorCategory.ConnectionError,
        ErrorKind.TimedOut => ErrorCategory.OperationTimeout,
        ErrorKind.ServerFault => ErrorCategory.ResourceUnavailable,
        ErrorKind.Protocol => ErrorCategory.ProtocolError,
        ErrorKind.Integrity => ErrorCategory.InvalidData,
        ErrorKind.DiskFull => ErrorCategory.WriteError,
        ErrorKind.LocalFile => ErrorCategory.OpenError,
        ErrorKind.SourceChanged => ErrorCategory.InvalidOperation,
        ErrorKind.JobFailed => ErrorCategory.InvalidResult,
        ErrorKind.State => ErrorCategory.InvalidOperation,
        ErrorKind.MissingDependency => ErrorCategory.NotInstalled,
        _ => ErrorCategory.NotSpecified,
    };
}
