using System.Security.Cryptography;
using RescaleInterlink.Benchmarks.Workers;

namespace RescaleInterlink.Benchmarks.Ceilings;

/// <summary>One chain of AES-256-CBC, or one SHA-512, over bytes in memory; <see cref="WorkOrder.Count"/> of them at once.</summary>
internal static class CryptoCeiling
{
    private const int BufferSize = 1 << 20;

    public static Task RunAsync(WorkOrder order) => Task.WhenAll(Enumerable.Range(0, order.Count).Select(_ => Task.Run(() => Run(order))));

    private static void Run(WorkOrder order)
    {
        using var aes = Aes.Create();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA512);
        var (input, output, iv) = (new byte[BufferSize], new byte[BufferSize], new byte[16]);
        for (long done = 0; done < order.Bytes; done += BufferSize)
        {
            if (order.Work == Work.Encrypt) aes.EncryptCbc(input, iv, output, PaddingMode.None);
            else if (order.Work == Work.Decrypt) aes.DecryptCbc(input, iv, output, PaddingMode.None);
            else hash.AppendData(input);
        }
    }
}
