using System.Globalization;
using System.Text;

namespace RescaleInterlink.Sandbox.Hosting;

/// <summary>
/// The sandbox's log: one line per request (method, path, status, time; never a query, a header or a body) and what went wrong.
/// </summary>
internal sealed class FileLog : ILoggerFactory, ILogger
{
    /// <summary>A longer log is set aside once, at the start: 8 MiB.</summary>
    private const long LongestBytes = 8 << 20;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly TimeProvider _time;

    public FileLog(string path, TimeProvider time)
    {
        _time = time;
        if (File.Exists(path) && new FileInfo(path).Length > LongestBytes)
            File.Move(path, path + ".1", overwrite: true);
        _file = new FileStream(path, PrivateFiles.Options(FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The sandbox logs to one file.");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <summary>Kestrel's own chatter below a warning stays out; the sandbox writes its lines at this level or above.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Write(logLevel == LogLevel.Warning ? "warn" : "fail", exception is null ? formatter(state, exception) : $"{formatter(state, exception)}: {exception}");
    }

    public void Note(string message) => Write("info", message);

    public void Dispose()
    {
        lock (_gate)
            _file.Dispose();
    }

    private void Write(string level, string message)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {level} {message}\n");
        lock (_gate)
        {
            if (!_file.CanWrite)
                return;
            try
            {
                _file.Write(Encoding.UTF8.GetBytes(line));
            }
            catch (IOException)
            {
                // A full disk. The request that is being logged is worth more than its line.
            }
        }
    }
}
