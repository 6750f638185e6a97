using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.S3;

/// <summary>S3's XML documents: writing answers, reading requests.</summary>
internal static class S3Xml
{
    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    // Keys may hold control characters; they are written as character references, as S3 does, and read back.
    private static readonly XmlWriterSettings Writing = new() { CheckCharacters = false, Encoding = new System.Text.UTF8Encoding(false) };
    private static readonly XmlReaderSettings Reading = new() { CheckCharacters = false, DtdProcessing = DtdProcessing.Prohibit };

    /// <summary>A document with this root element.</summary>
    public static byte[] Document(string root, Action<XmlWriter> write, bool inNamespace = true)
    {
        using var memory = new MemoryStream();
        using (var xml = XmlWriter.Create(memory, Writing))
        {
            if (inNamespace) xml.WriteStartElement(root, Namespace);
            else xml.WriteStartElement(root);
            write(xml);
            xml.WriteEndElement();
        }

        return memory.ToArray();
    }

    /// <summary>An element with text; none when the text is null.</summary>
    public static void Element(this XmlWriter xml, string name, string? text)
    {
        if (text is not null) xml.WriteElementString(name, text);
    }

    public static void Element(this XmlWriter xml, string name, long number) => xml.Element(name, number.ToString(CultureInfo.InvariantCulture));

    public static void Element(this XmlWriter xml, string name, bool value) => xml.Element(name, value ? "true" : "false");

    /// <summary>An element with elements.</summary>
    public static void Element(this XmlWriter xml, string name, Action write)
    {
        xml.WriteStartElement(name);
        write();
        xml.WriteEndElement();
    }

    /// <summary>A checksum's element, such as ChecksumCRC32C.</summary>
    public static void Element(this XmlWriter xml, ObjectChecksum? checksum)
    {
        if (checksum is not null) xml.Element(Checksums.ElementOf(checksum.Algorithm), checksum.Value);
    }

    /// <summary>Reads a request's document and checks the name of its root.</summary>
    /// <exception cref="S3Exception">MalformedXML.</exception>
    public static XElement Read(byte[] body, string root)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(body), Reading);
            var element = XElement.Load(reader);
            return element.Name.LocalName == root ? element : throw S3Errors.MalformedXml();
        }
        catch (XmlException)
        {
            throw S3Errors.MalformedXml();
        }
    }

    /// <summary>The child elements of a name, in whichever namespace.</summary>
    public static IEnumerable<XElement> Children(this XElement parent, string name) => parent.Elements().Where(e => e.Name.LocalName == name);

    /// <summary>The text of the first child element of a name, or null.</summary>
    public static string? Text(this XElement parent, string name) => parent.Children(name).FirstOrDefault()?.Value;

    /// <summary>A time as S3 writes it in documents: UTC with milliseconds.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
