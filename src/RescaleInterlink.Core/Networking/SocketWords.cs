using System.Net.Sockets;

namespace RescaleInterlink.Networking;

/// <summary>Why a connection could not be made, in words.</summary>
internal static class SocketWords
{
    public const string UnknownName = "its name is not known to the name server";

    public static string Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => UnknownName,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.NetworkDown => "there is no route to it",
        SocketError.TimedOut => "it did not answer",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "the connection was reset",
        _ => error.ToString(),
    };

    /// <summary>By the innermost cause; "no connection" when it names none.</summary>
    public static string Of(Exception failure) => Causes.Find<SocketException>(failure) is { } socket ? Of(socket.SocketErrorCode) : "no connection";
}

/// <summary>What an exception was caused by.</summary>
internal static class Causes
{
    public static T? Find<T>(Exception? failure)
        where T : Exception
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is T found)
                return found;
        }

        return null;
    }
}
