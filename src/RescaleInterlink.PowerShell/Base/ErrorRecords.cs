using System.Management.Automation;
using RescaleInterlink.Diagnostics;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>Turns failures into error records: <see cref="ErrorTable"/> has identifiers, kinds and actions, and here is the one table from kinds to categories.</summary>
internal static class ErrorRecords
{
    public const string UnexpectedFailure = nameof(UnexpectedFailure);

    public static ErrorRecord From(Exception error, object? target)
    {
        Exception shown = RedactedException.Of(error);
        if (shown is RescaleException known)
        {
            return new ErrorRecord(known, known.ErrorId, CategoryOf(known.Kind), target)
            {
                ErrorDetails = new ErrorDetails(known.Message) { RecommendedAction = known.RecommendedAction },
            };
        }

        // Not one of ours, so its text was not looked at by anyone who knows what it may hold.
        return new ErrorRecord(shown, UnexpectedFailure, ErrorCategory.NotSpecified, target)
        {
            ErrorDetails = new ErrorDetails(ShownText.OneLine(Redaction.Redact(error.Message)))
            {
                RecommendedAction = "This is a fault in RescaleInterlink itself. Please report it, with the file that 'Export-RescaleDiagnostic' makes.",
            },
        };
    }

    /// <summary>What is remembered of a record, for a report.</summary>
    public static RecentError Describe(ErrorRecord record, string operation, DateTimeOffset time)
    {
        string id = record.FullyQualifiedErrorId.Split(',')[0];
        var classes = new List<string>();
        for (Exception? error = record.Exception; error is not null; error = error.InnerException)
            classes.Add((error as RedactedException)?.Type ?? error.GetType().FullName ?? error.GetType().Name);
        return new RecentError(time, id, $"{record.CategoryInfo.Category}", operation, record.ErrorDetails?.Message ?? record.Exception.Message)
        {
            StatusCode = (record.Exception as RescaleException)?.StatusCode,
            ErrorClass = string.Join(" > ", classes),
            RecommendedAction = record.ErrorDetails?.RecommendedAction,
            StackTrace = record.Exception is RescaleException ? null : record.Exception.StackTrace,
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
