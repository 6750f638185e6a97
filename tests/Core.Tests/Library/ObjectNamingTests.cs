using RescaleInterlink.Library;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Core.Tests.Library;

public class ObjectNamingTests
{
    [Fact]
    public void All_vectors_are_named_alike_but_for_the_leading_slash()
    {
        var section = Vectors.Section("objectNaming");
        Assert.Equal(ObjectNaming.SuffixAlphabet, section.GetProperty("suffixAlphabet").GetString());
        Assert.Equal(ObjectNaming.SuffixLength, section.GetProperty("suffixLength").GetInt32());
        foreach (var vector in section.GetProperty("vectors").EnumerateArray())
        {
            string Get(string name) => vector.GetProperty(name).GetString()!;
            string Base(string name) => vector.TryGetProperty(name, out var text) ? text.GetString()! : "";
            var storage = new StorageDescription("1", Get("storageType"), null, new StorageConnection("", "c", Base("pathBase"), Base("pathPartsBase"), "", ""));
            var key = ObjectNaming.KeyPrefix(storage) + $"{Get("fileName")}-{Get("suffix")}";
            // Without a base the Go tool writes a leading slash; the specification tells us not to.
            Assert.Equal(Get("objectKeyOrBlob").TrimStart('/'), key);
            Assert.Equal(Get("registeredPathPartsPath").TrimStart('/'), ObjectNaming.RegisteredPath(storage, key));
        }
    }

    [Theory]
    [InlineData("S3Storage", "user/base", "user/base/a-", "user/base/")]
    [InlineData("S3Storage", "", "a-", "")]
    [InlineData("AzureStorage", "user/base", "a-", "")]
    public void New_names_follow_the_kind_of_storage(string type, string pathBase, string start, string prefix)
    {
        var storage = new StorageDescription("1", type, null, new StorageConnection("", "c", pathBase, "shown", "", ""));
        var key = ObjectNaming.ForNew(storage, "a");
        Assert.StartsWith(start, key);
        Assert.Equal(start.Length + ObjectNaming.SuffixLength, key.Length);
        Assert.Equal(prefix, ObjectNaming.KeyPrefix(storage));
        Assert.Equal(type == "AzureStorage" ? "shown/" + key : key, ObjectNaming.RegisteredPath(storage, key));
    }

    [Fact]
    public void Suffixes_are_of_the_alphabet_and_never_the_same()
    {
        var suffixes = Enumerable.Range(0, 1000).Select(static _ => ObjectNaming.NewSuffix()).ToList();
        Assert.Equal(1000, suffixes.Distinct().Count());
        Assert.All(suffixes, static s => Assert.True(s.Length == 22 && s.All(ObjectNaming.SuffixAlphabet.Contains)));
    }
}
