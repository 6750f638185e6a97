using System.Management.Automation;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.PowerShell.Base;

/// <summary>
/// Stands for an exception whose text, or whose type's own properties, may hold what must not be shown. An error record shows all
/// of an exception and of those within it: messages, server answers, request headers.
/// </summary>
public sealed class RedactedException : Exception
{
    private readonly string? _stackTrace;

    private RedactedException(Exception hidden, Exception? inner)
        : base(Redaction.Redact(hidden.Message), inner)
        => (Type, _stackTrace, HResult) = (hidden.GetType().FullName ?? hidden.GetType().Name, hidden.StackTrace, hidden.HResult);

    /// <summary>Of the exception it stands for.</summary>
    public string Type { get; }

    /// <summary>Methods and source files only.</summary>
    public override string? StackTrace => _stackTrace;

    public override string ToString()
        => $"{Type}: {Message}{(InnerException is null ? "" : $" ---> {InnerException}")}{(_stackTrace is null ? "" : $"{Environment.NewLine}{_stackTrace}")}";

    /// <returns>The same exception when all of it can be shown.</returns>
    public static Exception Of(Exception error)
    {
        Exception? inner = error.InnerException is null ? null : Of(error.InnerException);
        if (error is RescaleException known)
            return Of(known, inner);
        if (error is RedactedException || (IsPlain(error) && ReferenceEquals(inner, error.InnerException)))
            return error;
        return new RedactedException(error, inner);
    }

    private static RescaleException Of(RescaleException known, Exception? inner)
    {
        string message = Redaction.RedactMarked(known.Message);
        string? action = known.RecommendedAction is null ? null : Redaction.RedactMarked(known.RecommendedAction);
        return message == known.Message && action == known.RecommendedAction && ReferenceEquals(inner, known.InnerException)
            ? known
            : new RescaleException(known.ErrorId, known.Kind, message, action, inner)
            {
                Behavior = known.Behavior,
                RetryAfter = known.RetryAfter,
                StatusCode = known.StatusCode,
            };
    }

    /// <summary>The runtime's and the shell's own, which carry no server's answer, and with a message that holds nothing.</summary>
    private static bool IsPlain(Exception error)
        => error is not AggregateException { InnerExceptions.Count: > 1 }
            && (error.GetType().Assembly == typeof(object).Assembly || error is RuntimeException or HttpRequestException or System.Net.Sockets.SocketException)
            && error.Data.Count == 0
            && Redaction.Redact(error.Message) == error.Message;
}
