package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"cartable/internal/crm"
	"cartable/internal/intake"
	"cartable/internal/telegram"
)

const defaultListen = "127.0.0.1:8080"

// Config is everything that can be configured; each flag has its environment variable.
type Config struct {
	TelegramToken  string   `env:"CARTABLE_TELEGRAM_TOKEN" placeholder:"TOKEN" help:"Token of the bot, from @BotFather."`
	TelegramAPI    string   `name:"telegram-api" env:"CARTABLE_TELEGRAM_API" default:"https://api.telegram.org" help:"Base URL of the Bot API."`
	Proxy          string   `env:"CARTABLE_PROXY" placeholder:"URL" help:"http, https or socks5 proxy for Telegram alone."`
	DatabaseURL    string   `name:"database-url" env:"CARTABLE_DATABASE_URL" placeholder:"URL" help:"PostgreSQL 14 or later; absent: a private one under the data directory."`
	RedisURL       string   `name:"redis-url" env:"CARTABLE_REDIS_URL" placeholder:"URL" help:"Redis 6.2 or later; absent: a private one under the data directory."`
	Schema         string   `env:"CARTABLE_SCHEMA" default:"public" help:"PostgreSQL schema of this business."`
	DataDir        string   `env:"CARTABLE_DATA_DIR" placeholder:"DIR" help:"Where the private servers keep their data; ./data, for root /var/lib/cartable."`
	Listen         string   `env:"CARTABLE_LISTEN" default:"127.0.0.1:8080" help:"Address that HTTP listens on."`
	PublicURL      string   `name:"public-url" env:"CARTABLE_PUBLIC_URL" placeholder:"URL" help:"How the outside reaches it; needed for the webhook and links to forms."`
	TrustedProxies []string `env:"CARTABLE_TRUSTED_PROXIES" placeholder:"ADDRESS" help:"Addresses or networks whose X-Forwarded-For counts."`
	Webhook        bool     `env:"CARTABLE_WEBHOOK" help:"Have Telegram call the public URL instead of polling."`
	Timezone       string   `env:"CARTABLE_TIMEZONE" default:"Asia/Tehran" help:"Zone of the business, until somebody has joined."`
	Language       string   `env:"CARTABLE_LANGUAGE" default:"fa" enum:"fa,en" help:"Language of the business, until somebody has joined: fa or en."`
	SendRate       float64  `env:"CARTABLE_SEND_RATE" default:"29.5" placeholder:"N" help:"Messages a second that Telegram's server takes from the bot; 0 for no limit, on a Bot API server of one's own."`
	IntakeRate     float64  `env:"CARTABLE_INTAKE_RATE" default:"200" placeholder:"N" help:"Inquiries a second that one key may send over the API."`
	Log            string   `env:"CARTABLE_LOG" default:"" enum:",text,json" help:"text or json; text on a terminal, else json."`
	LogLevel       string   `env:"CARTABLE_LOG_LEVEL" default:"info" enum:"debug,info,warn,error" help:"debug, info, warn or error."`
}

// withDefaults fills what depends on the machine.
func (c Config) withDefaults() Config {
	if c.DataDir == "" {
		c.DataDir = "data"
		if os.Geteuid() == 0 {
			// The unprivileged user that the servers run as cannot enter root's home.
			c.DataDir = "/var/lib/cartable"
		}
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	return c
}

// check says what is wrong with the form of the configuration. It repeats no value
// that may hold a secret.
func (c Config) check() error {
	if _, err := time.LoadLocation(c.Timezone); err != nil || c.Timezone == "" {
		return fmt.Errorf("CARTABLE_TIMEZONE: %q is no time zone; write a name such as Asia/Tehran", c.Timezone)
	}
	if _, err := c.trusted(); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("CARTABLE_LISTEN: %q is no address; write host:port, such as %s", c.Listen, defaultListen)
	}
	if c.SendRate < 0 || c.IntakeRate <= 0 {
		return errors.New("CARTABLE_SEND_RATE is a number from 0, CARTABLE_INTAKE_RATE one above 0")
	}
	if c.PublicURL != "" && !isWeb(c.PublicURL) {
		return errors.New("CARTABLE_PUBLIC_URL: write an address such as https://crm.example.com")
	}
	// A Bot API server of one's own may call plain HTTP on its network; Telegram's does not.
	if c.Webhook && (c.PublicURL == "" || c.TelegramAPI == telegram.DefaultAPI && !strings.HasPrefix(c.PublicURL, "https://")) {
		return errors.New("CARTABLE_WEBHOOK: Telegram calls an https address; set CARTABLE_PUBLIC_URL to it")
	}
	return nil
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// trusted are the networks whose X-Forwarded-For counts; an address is a network of one.
func (c Config) trusted() ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		s = strings.TrimSpace(s)
		if s == "" {
			continue
		}
		if a, err := netip.ParseAddr(s); err == nil {
			out = append(out, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("CARTABLE_TRUSTED_PROXIES: %q is neither an address nor a network", s)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

func (c Config) language() crm.Language { return crm.Language(c.Language) }

// sendLimits are Telegram's, or none at all for a Bot API server of one's own.
func (c Config) sendLimits() telegram.Limits {
	if c.SendRate == 0 {
		return telegram.NoLimits()
	}
	return telegram.Limits{PerSecond: c.SendRate}
}

// intakeLimits are the default ones but for what one key may send.
func (c Config) intakeLimits() intake.Limits {
	limits := intake.DefaultLimits()
	limits.Source.Every = time.Duration(float64(time.Second) / c.IntakeRate)
	limits.Source.Burst = max(limits.Source.Burst, int(10*c.IntakeRate))
	return limits
}

// base is the address under which links are made: the public one, else the local one.
func (c Config) base() string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	return "http://" + local(c.Listen)
}

// local is an address of this machine that reaches a listener on addr.
func local(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// secrets are the values that must not appear in a log.
func (c Config) secrets() []string {
	out := []string{c.TelegramToken}
	for _, s := range []string{c.DatabaseURL, c.RedisURL, c.Proxy} {
		if u, err := url.Parse(s); err == nil && u.User != nil {
			password, _ := u.User.Password()
			out = append(out, password, url.QueryEscape(password), url.PathEscape(password))
		}
	}
	return out
}
