using System.Net;
using System.Net.Sockets;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Ceilings;

/// <summary>Bare TCP over loopback, both ends in this process.</summary>
internal static class LoopbackCeiling
{
    private const int BufferSize = 256 << 10;

    public static async Task RunAsync(WorkOrder order)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var sender = new TcpClient();
        var accepted = listener.AcceptSocketAsync();
        await sender.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var receiver = await accepted;
        var sending = Task.Run(async () =>
        {
            var buffer = new byte[BufferSize];
            for (long sent = 0; sent < order.Bytes; sent += buffer.Length) await sender.Client.SendAsync(buffer);
            sender.Client.Shutdown(SocketShutdown.Send);
        });
        var buffer = new byte[BufferSize];
        while (await receiver.ReceiveAsync(buffer) > 0)
        {
        }

        await sending;
    }
}
